import { Duration, Effect, Layer } from "effect"
import { BlockingLoop } from "../../src/platform/workers/blocking/BlockingLoop.ts"

/** The sacrificial loop in virtual time, one call after another, as TestClock cannot drive a blocked thread. */
export const modelledLoop = Layer.effect(
  BlockingLoop,
  Effect.map(Effect.makeSemaphore(1), (line) => {
    const sleep = (
      { begun = Effect.void, each, times }: Parameters<(typeof BlockingLoop.Service)["sleep"]>[0]
    ) => {
      const blockedFor = Duration.times(each, times)
      return Effect.as(Effect.zipRight(begun, Effect.sleep(blockedFor)), {
        value: undefined,
        eventLoop: { blockedFor, missedHeartbeats: 0 }
      }).pipe(line.withPermits(1))
    }
    return BlockingLoop.of({
      sleep,
      sleepPatiently: sleep,
      sumOfSquares: () => Effect.dieMessage("not modelled"),
      httpGet: () => Effect.dieMessage("not modelled"),
      copyFile: () => Effect.dieMessage("not modelled"),
      check: Effect.void,
      stats: Effect.succeed({ waiting: 0, running: 0 })
    })
  })
)
