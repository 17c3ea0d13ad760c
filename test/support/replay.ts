import { Clock, Effect, Either, Fiber, Layer, Random, Schema, TestClock } from "effect"
import { JsonText } from "../../src/platform/codec/JsonText.ts"
import { inCallSpan, Upstream, urlOf } from "../../src/platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { Policy } from "../../src/policy/Policy.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import { replayOf, type UpstreamCall } from "../../src/timeline/keep/Replay.ts"

const base = new URL("http://upstream.invalid")

const answerOf = ({ path, status, unreachable }: UpstreamCall) => {
  const url = urlOf(base, path)
  if (unreachable === true) return UpstreamFailed.connection(url, "ECONNREFUSED")
  if (status === undefined) return Effect.succeed(new JsonText("{}"))
  return status < 300 ? UpstreamFailed.body(url, "not-json") : UpstreamFailed.status(url, status)
}

/** An upstream that answers each call of a path as the recorded one did, in order; without `after` it never answers. */
export const recordedUpstream = (calls: ReadonlyArray<UpstreamCall>) =>
  Layer.sync(Upstream, () => {
    const left = [...calls]
    const get = (path: `/${string}`) =>
      Effect.suspend(() => {
        const index = left.findIndex((call) => call.path === path.split("?", 1)[0])
        const [call] = index < 0 ? [] : left.splice(index, 1)
        if (call === undefined) return Effect.dieMessage(`the recording has no further call of ${path}`)
        if (call.after === undefined) return Effect.never
        return Effect.zipRight(call.after === 0 ? Effect.void : Effect.sleep(call.after), answerOf(call))
      }).pipe(inCallSpan(path))
    return { url: base, get }
  })

/** The policies with those replaced under which the recording ran, as the configuration takes them. */
export const recordedPolicies = (policies: Readonly<Record<string, typeof Policy.Encoded>>) =>
  Layer.unwrapEffect(Effect.map(
    Schema.decode(Schema.Record({ key: Schema.String, value: Policy }))(policies),
    Policies.layerWith
  ))

/** Chance that gives each pause the recorded share of its backoff; half of it where the recording has none. */
const recordedChance = (draws: ReadonlyArray<readonly [at: number, share: number]>): Random.Random => {
  const left = [...draws]
  const chance = Random.make("replay")
  return {
    [Random.RandomTypeId]: Random.RandomTypeId,
    next: chance.next,
    nextBoolean: chance.nextBoolean,
    nextInt: chance.nextInt,
    nextRange: (min, max) => chance.nextRange(min, max),
    shuffle: (elements) => chance.shuffle(elements),
    nextIntBetween: (min, max) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const index = left.findIndex(([at]) => at === now)
        const [draw] = index < 0 ? [] : left.splice(index, 1)
        return Math.floor(min + (draw?.[1] ?? 0.5) * (max - min))
      })
  }
}

/** Virtual time in which a replay must have ended. */
const patience = "1 day"

/**
 * Calls operations at their times in milliseconds, under TestClock, and records them. Returns the moments of the
 * replay as a kept test lists them, and its duration. Moments of one instant stand in the order of their names.
 */
export const replay = Effect.fnUntraced(function*(
  calls: ReadonlyArray<readonly [at: number, call: Effect.Effect<unknown, object>]>,
  draws: ReadonlyArray<readonly [at: number, share: number]> = []
) {
  // TestClock warns of the first sleep before any adjustment, by a fiber of the one that sleeps
  yield* TestClock.adjust(0)
  const recorder = yield* FiberRecorder.make("replay", "virtual")
  const program = Effect.forEach(
    calls,
    ([at, call]) => Effect.exit(at === 0 ? call : Effect.delay(call, at)),
    { concurrency: "unbounded", discard: true }
  )
  const running = yield* Effect.fork(recorder.run(Effect.withRandom(program, recordedChance(draws))))
  yield* TestClock.adjust(patience)
  const timeline = recorder.recording.timeline()
  yield* Fiber.interrupt(running)
  return yield* Either.match(replayOf(timeline), {
    onLeft: (refusal) => Effect.dieMessage(`the replay cannot be read: ${refusal.message}`),
    onRight: ({ duration, moments }) => Effect.succeed({ duration, moments })
  })
})
