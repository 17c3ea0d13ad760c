import { Duration, Effect, Layer } from "effect"
import { type Blocked, BlockingLoop } from "../../platform/workers/blocking/BlockingLoop.ts"
import { Meters } from "../Meters.ts"

/** A sacrificial event loop of the experiment's own, whose damage is measured. */
export const layer = Layer.effect(
  BlockingLoop,
  Effect.gen(function*() {
    const loop = yield* BlockingLoop
    const meters = yield* Meters
    const measured = <A, E>(call: Effect.Effect<Blocked<A>, E>) =>
      Effect.tap(call, ({ eventLoop }) => {
        if (!meters.isMeasuring) return
        meters.blockedMilliseconds = Math.max(
          meters.blockedMilliseconds ?? 0,
          Duration.toMillis(eventLoop.blockedFor)
        )
      })
    return BlockingLoop.of({
      ...loop,
      sleep: (options) => measured(loop.sleep(options)),
      sumOfSquares: (n) => measured(loop.sumOfSquares(n)),
      httpGet: (url, timeout) => measured(loop.httpGet(url, timeout))
    })
  })
).pipe(Layer.provide(BlockingLoop.layer))

/** Starts the thread, which starts at its first call. */
export const warmUp = Effect.flatMap(BlockingLoop, ({ sleep }) => sleep({ times: 1, each: 0 }))
