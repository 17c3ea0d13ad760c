import { Context, Data, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type * as Problem from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { workerFile } from "../entry.ts"
import * as WorkerPool from "../WorkerPool.ts"
import type { BlockingCalls, CopiedFile, HttpAnswer, HttpFailure, Measured, MeasuredCalls } from "./BlockingCalls.ts"

/** Damage of a call to its event loop, as measured there. */
export interface EventLoopDamage {
  readonly blockedFor: Duration.Duration
  /** Missed heartbeats, of one every 10 ms. */
  readonly missedHeartbeats: number
}

export interface Blocked<A> {
  readonly value: A
  readonly eventLoop: EventLoopDamage
}

/** A blocking GET got no usable answer: `timeout`, `connection`, `too large` (beyond 1 MiB) or `bad coding`. */
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

type Loop = WorkerPool.WorkerPool<MeasuredCalls>

const damageOf = ({ blockedFor, missedHeartbeats }: Measured<unknown>): EventLoopDamage => ({
  blockedFor: Duration.millis(blockedFor),
  missedHeartbeats
})

const blocked = <A>(measured: Measured<A>): Effect.Effect<Blocked<A>> =>
  "answer" in measured.outcome
    ? Effect.succeed({ value: measured.outcome.answer, eventLoop: damageOf(measured) })
    // Only file calls throw, so another thrown error is a defect.
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
 * The sacrificial event loop, a worker thread that runs blocking calls one after another. Its heartbeat measures the
 * damage to its own event loop. At most `blockingQueue` calls of requests are admitted; further ones fail with
 * `Overloaded`. Requests and accepted work alternate, each first in first out. Interrupting a running call terminates
 * the thread, and a fresh one continues.
 */
export class BlockingLoop extends Context.Tag("barista/platform/workers/BlockingLoop")<BlockingLoop, {
  /**
   * Blocks the event loop `times` times in a row, asleep, so that no core is used. Runs `begun` when its turn comes.
   */
  readonly sleep: (
    options: { readonly times: number; readonly each: Duration.DurationInput; readonly begun?: Effect.Effect<void> }
  ) => Effect.Effect<Blocked<void>, Problem.Overloaded>
  /** Works like `sleep` for accepted work, and waits for its turn without a limit. */
  readonly sleepPatiently: (
    options: { readonly times: number; readonly each: Duration.DurationInput }
  ) => Effect.Effect<Blocked<void>>
  /** Computes the exact sum of i² for i from 0 to n - 1 on the event loop. */
  readonly sumOfSquares: (n: number) => Effect.Effect<Blocked<bigint>, Problem.Overloaded>
  /** Blocks the event loop until the whole answer has arrived, at most for the timeout. Does not follow redirects. */
  readonly httpGet: (
    url: URL,
    timeout: Duration.DurationInput
  ) => Effect.Effect<Blocked<HttpAnswer>, HttpGetFailed | Problem.Overloaded>
  /**
   * Copies a file to a path that does not exist yet, until it is on the disk. The caller must have received everything
   * from its client before, so that the call never waits for a client. After a failure or an interruption the caller
   * removes the partial copy.
   */
  readonly copyFile: (
    from: string,
    to: string
  ) => Effect.Effect<Blocked<CopiedFile>, FileCallFailed | Problem.Overloaded>
  /** Fails if a call would fail now. Useful before much other work. */
  readonly check: Effect.Effect<void, Problem.Overloaded>
  readonly stats: Effect.Effect<WorkerPool.Stats>
}>() {
  static readonly layer = Layer.scoped(
    BlockingLoop,
    Effect.gen(function*() {
      const { blockingQueue } = yield* AppConfig
      const loop: Loop = yield* WorkerPool.make<MeasuredCalls>({
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
