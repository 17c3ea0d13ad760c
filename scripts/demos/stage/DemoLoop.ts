import { Duration, Effect, Layer } from "effect"
import { type Blocked, BlockingLoop } from "../../../src/platform/workers/blocking/BlockingLoop.ts"
import { Stage } from "./Stage.ts"

/** The span of a call while it blocks; the loop's own spans begin with the wait for their turn. */
export const blockingCall = "blocking call"

/** The sacrificial event loop of the demos: the product's own, which also reports each blocking call and the damage. */
export const layer = Layer.effect(
  BlockingLoop,
  Effect.gen(function*() {
    const { say } = yield* Stage
    const loop = yield* BlockingLoop
    // queues here, before the queue of the loop's single thread, so that the start of each call can be seen
    const turn = (yield* Effect.makeSemaphore(1)).withPermits(1)

    const told = <A, E>(what: string, call: Effect.Effect<Blocked<A>, E>) =>
      say(`blocking call begins: ${what}`).pipe(
        Effect.zipRight(call),
        Effect.tap(({ eventLoop: { blockedFor, missedHeartbeats } }) =>
          say(
            `its event loop was blocked for ${
              Duration.toSeconds(blockedFor).toFixed(3)
            } s and missed ${missedHeartbeats} heartbeats`
          )
        ),
        Effect.withSpan(blockingCall),
        turn
      )

    return BlockingLoop.of({
      ...loop,
      sleep: (options) => told(`sleep ${options.times} x ${Duration.format(options.each)}`, loop.sleep(options)),
      sumOfSquares: (n) => told(`sum of ${n} squares`, loop.sumOfSquares(n)),
      httpGet: (url, timeout) => told(`GET ${url.pathname}`, loop.httpGet(url, timeout))
    })
  })
).pipe(Layer.provide(BlockingLoop.layer))
