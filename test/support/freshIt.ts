import { effect, flakyTest, it, live, prop, scoped, scopedLive } from "@effect/vitest"

/**
 * Restores the testers of `it` before each file. `layer(…)` of @effect/vitest puts testers that run in its layer on the
 * `it` shared by all files of a process, and leaves them there. As files share a process, the next file would otherwise
 * run in the layer of the one before.
 */
Object.assign(it, { effect, scoped, live, scopedLive, flakyTest, prop })
