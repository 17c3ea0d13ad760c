import { effect, flakyTest, it, live, prop, scoped, scopedLive } from "@effect/vitest"

/**
 * Restores the testers of `it` before each file. All files of a process share `it`, and `layer(…)` of @effect/vitest
 * leaves testers there that run in its layer. The next file would otherwise run in the layer of the one before.
 */
Object.assign(it, { effect, scoped, live, scopedLive, flakyTest, prop })
