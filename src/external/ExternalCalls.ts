import { Context, Duration, Effect, Layer } from "effect"
import { type Overloaded, TimedOut } from "../domain/Problem.ts"
import { localized, text } from "../domain/Text.ts"
import type { JsonText } from "../platform/codec/JsonText.ts"
import { traced } from "../platform/observability/Tracing.ts"
import { jsonOf, Upstream, urlOf } from "../platform/upstream/Upstream.ts"
import { UpstreamFailed } from "../platform/upstream/UpstreamFailed.ts"
import { BlockingLoop, type HttpGetFailed } from "../platform/workers/blocking/BlockingLoop.ts"
import { Policies } from "../policy/Policies.ts"
import { type RefusedProblem, refusedProblem } from "../policy/refusedProblem.ts"
import type { ParallelAnswer, SafeAnswer, SafeResult } from "./Api.ts"

type Path = `/${string}`

/** The paths of the upstream that the operations call: the handbook's, unless others are provided. */
export class CalledPaths extends Context.Reference<CalledPaths>()("barista/external/CalledPaths", {
  defaultValue: (): {
    readonly single: Path
    readonly parallel: ReadonlyArray<Path>
    readonly safe: ReadonlyArray<Path>
  } => ({
    single: "/delay/2",
    parallel: ["/delay/1", "/delay/1", "/delay/1"],
    safe: ["/delay/1", "/status/500", "/delay/10"]
  })
}) {}

const totalTime = text("~1 seconde au lieu de 3", "~1 second instead of 3")

/**
 * Bounds a blocking call even under a policy without a timeout. The handbook's call has no bound, so a silent upstream
 * holds its event loop forever.
 */
const longestBlockingCall = Duration.minutes(1)

const timedOut = (url: URL, after: Duration.Duration) =>
  new TimedOut({ what: `GET ${url.href}`, after: Duration.toSeconds(after) })

const blockingFailure = (url: URL, timeout: Duration.Duration) => ({ kind }: HttpGetFailed) => {
  switch (kind) {
    case "timeout":
      return timedOut(url, timeout)
    case "connection":
      return UpstreamFailed.connection(url, "unreachable")
    case "too large":
      return UpstreamFailed.body(url, "too-large")
    case "bad coding":
      return UpstreamFailed.body(url, "bad-coding")
  }
}

/** The calls of the chapter « Appels vers des APIs externes », each under its named policy. */
export class ExternalCalls extends Context.Tag("barista/external/ExternalCalls")<ExternalCalls, {
  /** Blocks the sacrificial event loop until the answer has arrived. */
  readonly blocking: Effect.Effect<JsonText, Overloaded | TimedOut | UpstreamFailed>
  readonly single: Effect.Effect<JsonText, RefusedProblem | TimedOut | UpstreamFailed>
  /** Runs concurrent calls; the first failure interrupts the others. */
  readonly parallel: Effect.Effect<ParallelAnswer, RefusedProblem | TimedOut | UpstreamFailed>
  /**
   * Runs concurrent calls; of the handbook's three, one fails and one is too slow. Returns every call's outcome, in
   * order.
   */
  readonly safe: Effect.Effect<SafeAnswer>
}>() {
  static readonly layer = Layer.effect(
    ExternalCalls,
    Effect.gen(function*() {
      const paths = yield* CalledPaths
      const upstream = yield* Upstream
      const policies = yield* Policies
      const loop = yield* BlockingLoop
      const { apply: limited } = policies.of("upstream")
      const { apply: safely } = policies.of("safe-call")

      const call = (path: Path) =>
        limited((time) => upstream.get(path, time)).pipe(
          Effect.catchTags({
            PolicyTimeout: ({ after }) => timedOut(urlOf(upstream.url, path), after),
            PolicyRefused: refusedProblem
          })
        )

      const safeCall = (path: Path): Effect.Effect<SafeResult> => {
        const url = urlOf(upstream.url, path).href
        return safely((time) => upstream.get(path, time)).pipe(
          Effect.map((data) => ({ url, status: "success", data } as const)),
          Effect.catchTags({
            UpstreamFailed: ({ sentence }) =>
              Effect.map(localized(sentence), (data) => ({ url, status: "error", data } as const)),
            PolicyTimeout: () => Effect.succeed({ url, status: "timeout", data: null } as const),
            PolicyRefused: (refused) =>
              Effect.map(
                localized(refusedProblem(refused).problem.detail),
                (data) => ({ url, status: "error", data } as const)
              )
          })
        )
      }

      const blocking = Effect.fn("ExternalCalls.blocking")(function*() {
        const url = urlOf(upstream.url, paths.single)
        const timeout = policies.of("blocking-call").value.timeout ?? longestBlockingCall
        const { value } = yield* Effect.mapError(
          loop.httpGet(url, timeout),
          (failure) => failure._tag === "HttpGetFailed" ? blockingFailure(url, timeout)(failure) : failure
        )
        return yield* jsonOf(url, value.status, value.body)
      })

      const parallel = Effect.fn("ExternalCalls.parallel")(function*() {
        const results = yield* Effect.forEach(paths.parallel, call, {
          concurrency: "unbounded"
        })
        return { results, total_time: yield* localized(totalTime) }
      })

      const safe = Effect.fn("ExternalCalls.safe")(function*() {
        return { results: yield* Effect.forEach(paths.safe, safeCall, { concurrency: "unbounded" }) }
      })

      return {
        blocking: blocking(),
        single: traced("ExternalCalls.single")(call(paths.single)),
        parallel: parallel(),
        safe: safe()
      }
    })
  )
}
