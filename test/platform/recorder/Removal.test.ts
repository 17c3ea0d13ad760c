import { expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Layer, Option, TestClock } from "effect"
import { Recorder } from "../../../src/platform/recorder/Recorder.ts"
import { recordingBytes } from "../../../src/platform/recorder/RecordingStore.ts"

/** Recordings that fit, of which each has its events in one block. */
const most = 10

/** The bytes of that many recordings; the rest of the memory is for their events. */
const memory = (most * recordingBytes) / 0.6

const make = Effect.map(
  Layer.build(Recorder.layer({ memory, sampling: { perSecond: 1e9, share: 1 }, unsampled: [] })),
  Context.get(Recorder)
)

it.scoped("recordings that failed, were slow or are experiments stay until they are the most", () =>
  Effect.gen(function*() {
    const recorder = yield* make
    const job = (name: string, effect: Effect.Effect<void, string>) =>
      Effect.exit(recorder.job(name, "/jobs/1")(effect))
    const lasting = (name: string, millis: number) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.fork(job(name, Effect.sleep(Duration.millis(millis))))
        yield* TestClock.adjust(Duration.millis(millis))
        yield* Fiber.join(fiber)
      })
    const answered = (name: string, status: number) =>
      Effect.gen(function*() {
        const asked = { name, route: "/users", caller: Option.none(), arrived: 0 }
        const recorded = yield* Effect.fromNullable(recorder.request(asked))
        recorded.status = status
        recorded.settle(Exit.void)
        recorded.end()
      })
    const names = () => recorder.list({}).map(({ name }) => name)

    yield* (yield* Effect.flatten(recorder.experiment("experiment"))).run(Effect.void)
    yield* job("failed", Effect.fail("no"))
    yield* Effect.exit(job("broken", Effect.die("no")))
    yield* lasting("slow", 1_000)
    yield* answered("answered 500", 500)
    const notable = names()
    yield* lasting("quick", 999)
    yield* answered("answered 499", 499)
    for (let n = 0; n < most; n++) yield* job(`ordinary ${n}`, Effect.void)
    expect(names().slice(-notable.length)).toEqual(notable)
    expect(names()).not.toContain("quick")
    expect(names()).not.toContain("answered 499")
    expect(recorder.figures().kept).toBe(most)

    for (let n = 0; n < most; n++) yield* job(`failed ${n}`, Effect.fail("no"))
    expect(names()).not.toContain("experiment")
    expect(names()).toContain("ordinary 9")
  }))
