import { Effect } from "effect"
import { fork } from "node:child_process"
import type { Check } from "./checks.ts"
import { at } from "./percentile.ts"
import type * as Pinger from "./pinger.ts"

/** Starts the process of `pinger.ts`, which ends with the scope. */
export const makePinger = Effect.gen(function*() {
  const pinger = yield* Effect.acquireRelease(
    // detached, as Linux may share out the cores by session; the pinger then does not compete with the load
    Effect.sync(() => fork(new URL("../harness/pinger.js", import.meta.url), { detached: true })),
    (pinger) => Effect.sync(() => pinger.kill())
  )
  const post = (command: Pinger.Command) => Effect.sync(() => pinger.send(command))
  const result = Effect.async<Pinger.Measurement>((resume) => {
    const ended = () => resume(Effect.dieMessage("the pinger ended"))
    pinger.once("exit", ended).once("message", (measurement: Pinger.Measurement) => {
      pinger.off("exit", ended)
      resume(Effect.succeed(measurement))
    })
  })
  /** Asks the servers on these ports repeatedly while the effect runs; returns its result and the measurement. */
  return <A, E, R>(ports: ReadonlyArray<number>, during: Effect.Effect<A, E, R>) =>
    Effect.zip(
      Effect.zipRight(post({ start: ports }), during),
      Effect.zipRight(post("stop"), result)
    )
})

/** Explains a failure that proves nothing, as the cores or the disk were busy. */
const doubt = (longest: number, idle: number, slowestSync: number) => {
  if (idle >= longest / 2) return `; ${idle.toFixed(1)} ms on the idle server: a busy machine`
  return slowestSync >= longest ? `; ${slowestSync.toFixed(1)} ms for another program's 4 KiB: a busy disk` : ""
}

/**
 * Checks that the first of two servers answered within the given milliseconds at the 99th percentile; the other one was
 * idle. `syncs` are the ascending milliseconds of another program's writes to the disk meanwhile.
 */
export const responsive = (
  name: string,
  longest: number,
  { servers: [ours, other] }: Pinger.Measurement,
  syncs: ReadonlyArray<number> = []
): Check => {
  const { failed = 0, latencies = [] } = ours ?? {}
  const p99 = at(latencies, 0.99)
  const why = p99 < longest ? "" : doubt(longest, at(other?.latencies ?? [], 0.99), at(syncs, 1))
  return {
    name: `p99 under ${longest} ms, ${name}`,
    measured: `${p99.toFixed(1)} ms, ${failed} of ${latencies.length + failed} failed${why}`,
    met: p99 < longest && failed === 0
  }
}
