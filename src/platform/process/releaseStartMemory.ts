import { Effect } from "effect"
import { getHeapStatistics } from "node:v8"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"

/** Until what the start has set going has ended. */
const rest = "500 millis"

/** Bytes by which the heap of a server at rest grows meanwhile, at most. */
const mostGrown = 8 * 1_048_576

const heapUsed = () => getHeapStatistics().used_heap_size

/**
 * Has V8 collect all garbage and give back the memory that it holds in reserve, in 50 ms. `gc()` would leave the reserve as it is: of all
 * that a program can ask for, only this tells V8 that memory is low.
 */
const collect = Effect.acquireUseRelease(
  // loaded only now, as it would cost the start its time
  Effect.map(Effect.promise(() => import("node:inspector")), ({ Session }) => {
    const session = new Session()
    session.connect()
    return session
  }),
  (session) =>
    Effect.async<void>((resume) => {
      // disconnected where the collector calls back, the session would wait for the collector for ever
      session.post("HeapProfiler.collectGarbage", () => void setImmediate(resume, Effect.void))
    }),
  (session) => Effect.sync(() => session.disconnect())
)

/**
 * Gives back, once, what only the start needed: a fifth of the process's memory. Nearly all that a start makes stays, and so V8 widens the
 * space for new objects to its limit, twice 16 MiB. It would take it back only after a quarter of a minute of rest; until then, the
 * short-lived objects of one large upload would be spread over all of it. A server that has work by then is left alone: the pause grows with
 * what it holds.
 */
export const releaseStartMemory = Effect.gen(function*() {
  const { active } = yield* Lifecycle
  const atFirst = heapUsed()
  yield* Effect.sleep(rest)
  if (active() === 0 && heapUsed() - atFirst <= mostGrown) yield* collect
})
