import { Context, Duration, Effect, Layer, Option, Ref } from "effect"
import { TimedOut } from "../domain/Problem.ts"
import { localized, text } from "../domain/Text.ts"
import type { JsonText } from "../platform/codec/JsonText.ts"
import { calledWith } from "../platform/observability/Tracing.ts"
import { Upstream } from "../platform/upstream/Upstream.ts"
import type { UpstreamFailed } from "../platform/upstream/UpstreamFailed.ts"
import type * as FailedAttempts from "../policy/FailedAttempt.ts"
import { Policies } from "../policy/Policies.ts"
import type { PolicyFailure } from "../policy/PolicyRefused.ts"
import { type RefusedProblem, refusedProblem } from "../policy/refusedProblem.ts"
import type { TimeLeft } from "../policy/TimeLeft.ts"
import { type Attempt, AttemptsFailed, OperationTooSlow } from "./Api.ts"

/** The handbook's `asyncio.sleep(10)`. */
const slowOperationTime = Duration.seconds(10)

const done = text("Terminé", "Done")
const tooSlow = text("Opération trop lente", "Operation too slow")

const slowOperation = Effect.fn("Resilience.slowOperation")(() =>
  Effect.zipRight(Effect.sleep(slowOperationTime), localized(done))
)
type FailedAttempt = FailedAttempts.FailedAttempt<UpstreamFailed | PolicyFailure>

const sentenceOf = (error: FailedAttempt["error"]) => {
  if (error._tag === "UpstreamFailed") return error.sentence
  if (error._tag === "PolicyRefused") return refusedProblem(error).problem.detail
  const seconds = Duration.toSeconds(error.after)
  return text(`Pas de réponse en ${seconds} s.`, `No answer within ${seconds} s.`)
}

const toAttempt = ({ attempt, delay, error }: FailedAttempt): Effect.Effect<Attempt> =>
  Effect.map(localized(sentenceOf(error)), (sentence) => ({
    attempt,
    error: sentence,
    upstream_status: error._tag === "UpstreamFailed" ? error.upstream_status : undefined,
    delay: Option.getOrNull(Option.map(delay, Duration.toSeconds))
  }))

/** Retry and timeout, the handbook's « Patterns avancés », by the named policies `unreliable` and `slow-operation`. */
export class Resilience extends Context.Tag("barista/resilience/Resilience")<Resilience, {
  /**
   * Calls an upstream path that always fails until the policy gives up. Attempt `succeedOn`, counted from 1, calls a
   * path that succeeds.
   */
  readonly unreliable: (succeedOn?: number) => Effect.Effect<JsonText, AttemptsFailed | RefusedProblem | TimedOut>
  /** Runs the operation of 10 s, interrupted at the policy's timeout, or at another one if given. */
  readonly withTimeout: (
    timeout?: Duration.Duration
  ) => Effect.Effect<{ readonly result: string }, OperationTooSlow | RefusedProblem>
}>() {
  static readonly layer = Layer.effect(
    Resilience,
    Effect.gen(function*() {
      const upstream = yield* Upstream
      const policies = yield* Policies
      const slow = policies.of("slow-operation")

      const unreliable = Effect.fn("Resilience.unreliable")(function*(succeedOn?: number) {
        if (succeedOn !== undefined) yield* calledWith(succeedOn)
        const started = yield* Ref.make(0)
        const failed = yield* Ref.make<ReadonlyArray<FailedAttempt>>([])
        const attempt = (time: TimeLeft) =>
          Effect.flatMap(
            Ref.updateAndGet(started, (count) => count + 1),
            (number) => upstream.get(number === succeedOn ? "/get" : "/status/500", time)
          )
        const call = policies.of("unreliable").apply(
          attempt,
          (failure) => Ref.update(failed, (all) => [...all, failure])
        )
        return yield* Effect.catchAll(call, (error) =>
          Effect.gen(function*() {
            const failures = yield* Ref.get(failed)
            if (error._tag === "PolicyRefused") return yield* refusedProblem(error)
            const gaveUp = failures.some(({ delay }) => Option.isNone(delay))
            if (error._tag === "PolicyTimeout" && !gaveUp) {
              return yield* new TimedOut({ what: "GET /unreliable", after: Duration.toSeconds(error.after) })
            }
            return yield* new AttemptsFailed({
              attempts: yield* Effect.forEach(failures, toAttempt, { concurrency: 1 })
            })
          }))
      })

      const transformer = (timeout?: Duration.Duration) =>
        timeout === undefined ? slow.apply : slow.replacing({ timeout })

      const withTimeout = Effect.fn("Resilience.withTimeout")(function*(timeout?: Duration.Duration) {
        if (timeout !== undefined) yield* calledWith(Duration.toMillis(timeout))
        const result = yield* transformer(timeout)(slowOperation()).pipe(
          Effect.catchTags({
            PolicyTimeout: ({ after }) =>
              Effect.flatMap(
                localized(tooSlow),
                (error) => new OperationTooSlow({ error, timeout: `${Duration.toSeconds(after)}s` })
              ),
            PolicyRefused: refusedProblem
          })
        )
        return { result }
      })

      return { unreliable, withTimeout }
    })
  )
}
