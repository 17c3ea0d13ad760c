import { Context, Data, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type * as Problem from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { workerFile } from "../entry.ts"
import * as WorkerThread from "../WorkerThread.ts"
import type { BlockingCalls, CopiedFile, HttpAnswer, HttpFailure, Measured, MeasuredCalls } from "./BlockingCalls.ts"

/** What a call did to the event loop it ran on, as measured there. */
export interface EventLoopDamage {
  readonly blockedFor: Duration.Duration
  /** Heartbeats, due every 10 ms, that never happened because of it. */
  readonly missedHeartbeats: number
}

export interface Blocked<A> {
  readonly value: A
  readonly eventLoop: EventLoopDamage
}

/** A blocking GET had no answer: `timeout`, `connection`, or `too large` (beyond 1 MiB). */
export class HttpGetFailed extends Data.TaggedError("HttpGetFailed")<{
  readonly url: string
  readonly kind: HttpFailure["kind"]
  readonly eventLoop: EventLoopDamage
}> {}

/** A blocking file call failed, with the system's code (`ENOSPC`, `EEXIST`, …). */
export class FileCallFailed extends Data.TaggedError("FileCallFailed")<{
  readonly path: string
  readonly code: string
  readonly message: string
}> {}

type Loop = WorkerThread.WorkerThreads<MeasuredCalls>

const damageOf = ({ blockedFor, missedHeartbeats }: Measured<unknown>): EventLoopDamage => ({
  blockedFor: Duration.millis(blockedFor),
  missedHeartbeats
})

const blocked = <A>(measured: Measured<A>): Effect.Effect<Blocked<A>> =>
  "answer" in measured.outcome
    ? Effect.succeed({ value: measured.outcome.answer, eventLoop: damageOf(measured) })
    // Only file calls throw: anything else that does is a defect of ours.
    : Effect.dieMessage(measured.outcome.error.message)

const httpGet = (loop: Loop) =>
  Effect.fn("BlockingLoop.httpGet")(function*(url: URL, timeout: Duration.DurationInput) {
    const { eventLoop, value } = yield* Effect.flatMap(
      loop.call("httpGet", { url: url.href, timeout: Duration.toMillis(timeout) }),
      blocked<BlockingCalls["httpGet"]["answer"]>
    )
    if ("kind" in value) return yield* new HttpGetFailed({ url: url.href, kind: value.kind, eventLoop })
    return { value, eventLoop }
  })

const copyFile = (loop: Loop) =>
  Effect.fn("BlockingLoop.copyFile")(function*(from: string, to: string) {
    const measured = yield* loop.call("copyFile", { from, to })
    return "error" in measured.outcome
      ? yield* new FileCallFailed({ path: to, ...measured.outcome.error })
      : { value: measured.outcome.answer, eventLoop: damageOf(measured) }
  })

/**
 * The sacrificial event loop: one worker thread with an event loop of its own, on which calls that block run one after another, while its
 * heartbeat measures the damage. At most `blockingQueue` calls of requests are admitted, beyond that `Overloaded`; they and accepted work
 * take turns, each in order of arrival. Interrupting a call that runs terminates the thread, and a fresh one goes on.
 */
export class BlockingLoop extends Context.Tag("barista/platform/workers/BlockingLoop")<BlockingLoop, {
  /** Blocks the loop `times` times in a row, asleep, so that no core is burnt; runs `begun` when its turn has come. */
  readonly sleep: (
    options: { readonly times: number; readonly each: Duration.DurationInput; readonly begun?: Effect.Effect<void> }
  ) => Effect.Effect<Blocked<void>, Problem.Overloaded>
  /** `sleep` for work that was accepted: it waits for its turn as long as that takes. */
  readonly sleepPatiently: (
    options: { readonly times: number; readonly each: Duration.DurationInput }
  ) => Effect.Effect<Blocked<void>>
  /** The exact sum of i² for i from 0 to n - 1, computed on the loop. */
  readonly sumOfSquares: (n: number) => Effect.Effect<Blocked<bigint>, Problem.Overloaded>
  /** Blocks the loop until the whole answer is there, at most for the timeout; redirects are not followed. */
  readonly httpGet: (
    url: URL,
    timeout: Duration.DurationInput
  ) => Effect.Effect<Blocked<HttpAnswer>, HttpGetFailed | Problem.Overloaded>
  /**
   * Copies a file to a path where there is none yet, until it is on the disk. Whoever waits for a client does so before: a place here is
   * for calls that have all they need. Where it fails or is interrupted, what is at that path is the caller's to remove.
   */
  readonly copyFile: (
    from: string,
    to: string
  ) => Effect.Effect<Blocked<CopiedFile>, FileCallFailed | Problem.Overloaded>
  /** Fails where a call would be refused now: for who has much to do before it. */
  readonly check: Effect.Effect<void, Problem.Overloaded>
  readonly stats: Effect.Effect<WorkerThread.Stats>
}>() {
  static readonly layer = Layer.scoped(
    BlockingLoop,
    Effect.gen(function*() {
      const { blockingQueue } = yield* AppConfig
      const loop: Loop = yield* WorkerThread.make<MeasuredCalls>({
        name: term("boucle d'événements sacrifiée", "sacrificial event loop"),
        file: workerFile("BlockingLoop"),
        threads: 1,
        places: blockingQueue
      })
      return {
        sleep: Effect.fn("BlockingLoop.sleep")(({ begun = Effect.void, each, times }) =>
          Effect.flatMap(loop.call("sleep", { times, each: Duration.toMillis(each) }, { begun }), blocked)
        ),
        sleepPatiently: Effect.fn("BlockingLoop.sleep")(({ each, times }) =>
          Effect.flatMap(loop.callPatiently("sleep", { times, each: Duration.toMillis(each) }), blocked)
        ),
        sumOfSquares: Effect.fn("BlockingLoop.sumOfSquares")((n) =>
          Effect.flatMap(loop.call("sumOfSquares", { n }), blocked)
        ),
        httpGet: httpGet(loop),
        copyFile: copyFile(loop),
        check: loop.check,
        stats: loop.stats
      }
    })
  )
}
