import { Duration, Effect, Layer } from "effect"
import { waitFor, waiting } from "../../domain/Wait.ts"
import { BlockingLoop, HttpGetFailed } from "../../platform/workers/blocking/BlockingLoop.ts"
import { answerOf } from "./ModelledUpstream.ts"

const queue = "sacrificial event loop"
const waitsForThread = waitFor("worker", () => ({ queue }))
const runs = waitFor("worker", () => ({ queue, thread: 1 }))

const notModelled = Effect.dieMessage("a prediction has no such call")

/** The sacrificial event loop without its thread: one call after another, each as long as it asks for. */
export const layer = Layer.effect(
  BlockingLoop,
  Effect.gen(function*() {
    const line = yield* Effect.makeSemaphore(1)
    // not the clock of the recording, which would show a sleep instead of a wait for the thread
    const clock = yield* Effect.clock

    const blocked = (time: Duration.Duration, begun: Effect.Effect<void> = Effect.void) =>
      begun.pipe(
        Effect.zipRight(waiting(runs)(clock.sleep(time))),
        line.withPermits(1),
        waiting(waitsForThread),
        Effect.as({ blockedFor: time, missedHeartbeats: 0 })
      )

    const sleep = Effect.fn("BlockingLoop.sleep")((
      { begun, each, times }: Parameters<(typeof BlockingLoop.Service)["sleep"]>[0]
    ) => Effect.map(blocked(Duration.times(each, times), begun), (eventLoop) => ({ value: undefined, eventLoop })))

    const httpGet = Effect.fn("BlockingLoop.httpGet")(function*(url: URL, timeout: Duration.DurationInput) {
      const { body, delay, status } = answerOf(url)
      const eventLoop = yield* blocked(Duration.min(delay, timeout))
      if (Duration.greaterThan(delay, timeout)) {
        return yield* new HttpGetFailed({ url: url.href, kind: "timeout", eventLoop })
      }
      return { value: { status, body }, eventLoop }
    })

    return BlockingLoop.of({
      sleep,
      sleepPatiently: sleep,
      httpGet,
      sumOfSquares: () => notModelled,
      copyFile: () => notModelled,
      check: Effect.void,
      stats: Effect.succeed({ waiting: 0, running: 0 })
    })
  })
)
