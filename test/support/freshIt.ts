import { effect, flakyTest, it, live, prop, scoped, scopedLive } from "@effect/vitest"

/**
 * Before each file: `layer(…)` of @effect/vitest puts its own testers, which run in that layer, on the one `it` that all files of a process
 * share, and leaves them there. Without a process a file, the next file would run in the layer of the one before.
 */
Object.assign(it, { effect, scoped, live, scopedLive, flakyTest, prop })
