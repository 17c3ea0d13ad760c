import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { Compute } from "../../src/compute/Compute.ts"
import { UserDirectory } from "../../src/domain/UserDirectory.ts"
import { CpuPool } from "../../src/platform/workers/cpu/CpuPool.ts"
import { sumOfSquares } from "../../src/platform/workers/sumOfSquares.ts"
import { Policies } from "../../src/policy/Policies.ts"
import * as Demo from "./stage/Demo.ts"
import * as DemoLoop from "./stage/DemoLoop.ts"
import * as DemoUpstream from "./stage/DemoUpstream.ts"
import { Stage } from "./stage/Stage.ts"
import * as TemporaryData from "./stage/TemporaryData.ts"

/** The sum's length, which takes about a second, so that starting a thread is negligible. */
const n = 400_000_000

/** The mistake: computing on the event loop that all other work shares. */
const sumHere = Effect.sync(() => ({ result: sumOfSquares(n) })).pipe(Effect.withSpan("sum here"))

export const cpu = Demo.make({
  name: "cpu",
  shows: [
    `The sum of ${
      n.toLocaleString("en")
    } squares twice: on the event loop of this process, on the sacrificial one, on the pool of threads.`,
    "Only the pool computes both at once, and only the first delays this loop: see the event-loop delay."
  ],
  needs: "threads",
  operations: ["sum here", DemoLoop.blockingCall, "CpuPool.sumOfSquares"],
  services: Compute.layer.pipe(
    Layer.provide([DemoUpstream.layer, DemoLoop.layer, CpuPool.layer, Policies.layer]),
    Layer.provide([
      TemporaryData.layer,
      NodeContext.layer,
      Layer.succeed(
        UserDirectory,
        UserDirectory.of({ missing: () => Effect.succeedNone, count: Effect.succeed(0) })
      )
    ])
  ),
  program: Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { blockingSum, sum } = yield* Compute
    const twice = <E>(compute: Effect.Effect<{ readonly result: bigint }, E>) =>
      Effect.replicateEffect(
        Effect.flatMap(compute, ({ result }) => say(`the sum is ${result}`)),
        2,
        { concurrency: 2, discard: true }
      )
    yield* part("on this loop", twice(sumHere))
    yield* part("on the sacrificial loop", twice(blockingSum(n)))
    yield* part("on the pool", twice(sum(n)))
  })
})
