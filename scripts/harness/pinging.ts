import { Effect } from "effect"
import { fork } from "node:child_process"
import type { Bound } from "./bounds.ts"
import { at } from "./percentile.ts"
import type * as Pinger from "./pinger.ts"

/** Starts the process of `pinger.ts`, which ends with the scope. */
export const makePinger = Effect.gen(function*() {
  const pinger = yield* Effect.acquireRelease(
    // detached: where Linux shares out the cores by session, it does not compete with the load
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
  /** Asks the servers on these ports, again and again, for as long as the effect runs; answers its result and what was measured. */
  return <A, E, R>(ports: ReadonlyArray<number>, during: Effect.Effect<A, E, R>) =>
    Effect.zip(
      Effect.zipRight(post({ start: ports }), during),
      Effect.zipRight(post("stop"), result)
    )
})

/** Why nothing is proved, neither way: the cores, or the disk, were not to be had. */
const doubt = (longest: number, idle: number, slowestSync: number) => {
  if (idle >= longest / 2) return `; ${idle.toFixed(1)} ms on the idle server: a busy machine`
  return slowestSync >= longest ? `; ${slowestSync.toFixed(1)} ms for another program's 4 KiB: a busy disk` : ""
}

/**
 * That the first of two servers answered within so many milliseconds at the 99th percentile; the other one was idle. `syncs` are the
 * milliseconds of another program's writes to the disk meanwhile, ascending.
 */
export const responsive = (
  name: string,
  longest: number,
  { servers: [ours, other] }: Pinger.Measurement,
  syncs: ReadonlyArray<number> = []
): Bound => {
  const { failed = 0, latencies = [] } = ours ?? {}
  const p99 = at(latencies, 0.99)
  const why = p99 < longest ? "" : doubt(longest, at(other?.latencies ?? [], 0.99), at(syncs, 1))
  return {
    says: `p99 under ${longest} ms, ${name}`,
    measured: `${p99.toFixed(1)} ms, ${failed} of ${latencies.length + failed} failed${why}`,
    met: p99 < longest && failed === 0
  }
}
