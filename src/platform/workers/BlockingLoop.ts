import { Context, Data, Duration, Effect, Layer, type Scope } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type * as Problem from "../../domain/Problem.ts"
import type {
  BlockingCalls,
  CallName,
  FinishedFile,
  HttpAnswer,
  HttpFailure,
  Measured,
  MeasuredCalls
} from "./BlockingCalls.ts"
import { workerFile } from "./entry.ts"
import * as WorkerThread from "./WorkerThread.ts"

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

/** A file that is written by blocking calls, one at a time. */
export interface FileWriter {
  /** Appends a copy of the chunk. */
  readonly write: (chunk: Uint8Array) => Effect.Effect<void, FileCallFailed>
  /**
   * Makes the file durable under its final name (fsync, rename, fsync of the folder); the damage is that of the whole file.
   * Uninterruptible, so that the caller always learns whether the file is there.
   */
  readonly finish: (finalPath: string) => Effect.Effect<Blocked<FinishedFile>, FileCallFailed>
}

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

/** A call about one file; adds its damage to what the file did so far. */
const fileCalls = (loop: Loop, path: string) => {
  let total: EventLoopDamage = { blockedFor: Duration.zero, missedHeartbeats: 0 }
  return <Name extends CallName>(
    name: Name,
    input: BlockingCalls[Name]["input"],
    options: WorkerThread.CallOptions = {}
  ): Effect.Effect<Blocked<BlockingCalls[Name]["answer"]>, FileCallFailed> =>
    Effect.flatMap(
      // Short, and ending the thread for one of them would have every other open file hashed again.
      loop.submit(name, input, { ...options, stoppable: false }),
      (measured: Measured<BlockingCalls[Name]["answer"]>) => {
        const { blockedFor, missedHeartbeats } = damageOf(measured)
        total = {
          blockedFor: Duration.sum(total.blockedFor, blockedFor),
          missedHeartbeats: total.missedHeartbeats + missedHeartbeats
        }
        return "answer" in measured.outcome
          ? Effect.succeed({ value: measured.outcome.answer, eventLoop: total })
          : new FileCallFailed({ path, ...measured.outcome.error })
      }
    )
}

const fileWriter = (loop: Loop) =>
  Effect.fn("BlockingLoop.fileWriter")(function*(path: string) {
    const call = fileCalls(loop, path)
    let size = 0
    let ours = true
    yield* loop.admit
    yield* Effect.addFinalizer(() =>
      ours ? Effect.ignoreLogged(call("abortFile", { path }, { urgent: true })) : Effect.void
    )
    const disown = Effect.sync(() => {
      ours = false
    })
    yield* Effect.tapError(call("openFile", { path }), () => disown)

    const writer: FileWriter = {
      write: (chunk) =>
        Effect.suspend(() => {
          // The chunk may be a view on a buffer that others use: what moves to the thread is a copy.
          const bytes = new Uint8Array(chunk)
          return call("writeChunk", { path, size, bytes }, { transfer: [bytes.buffer] })
        }).pipe(
          Effect.tap(() => {
            size += chunk.length
          }),
          Effect.asVoid
        ),
      finish: Effect.fn("BlockingLoop.finishFile")((finalPath: string) =>
        Effect.uninterruptible(
          Effect.zipLeft(Effect.suspend(() => call("finishFile", { path, size, finalPath })), disown)
        )
      )
    }
    return writer
  })

/**
 * The sacrificial event loop: one worker thread with an event loop of its own, on which calls that block run one after another, in
 * order of arrival, while its heartbeat measures the damage. At most `blockingQueue` calls and open files are admitted, beyond that
 * `Overloaded`. Interrupting a call that runs terminates the thread, and a fresh one goes on; files being written survive that, as
 * what was acknowledged is on disk and is hashed again there.
 */
export class BlockingLoop extends Context.Tag("barista/platform/workers/BlockingLoop")<BlockingLoop, {
  /** Blocks the loop `times` times in a row, asleep, so that no core is burnt. */
  readonly sleep: (
    options: { readonly times: number; readonly each: Duration.DurationInput }
  ) => Effect.Effect<Blocked<void>, Problem.Overloaded>
  /** The exact sum of i² for i from 0 to n - 1, computed on the loop. */
  readonly sumOfSquares: (n: number) => Effect.Effect<Blocked<bigint>, Problem.Overloaded>
  /** Blocks the loop until the whole answer is there, at most for the timeout; redirects are not followed. */
  readonly httpGet: (
    url: URL,
    timeout: Duration.DurationInput
  ) => Effect.Effect<Blocked<HttpAnswer>, HttpGetFailed | Problem.Overloaded>
  /**
   * Creates a file for writing at a path that nobody else uses. It takes one place until the scope closes, but blocks the loop only for each single call. A scope
   * that closes before `finish` removes the file.
   */
  readonly fileWriter: (
    temporaryPath: string
  ) => Effect.Effect<FileWriter, FileCallFailed | Problem.Overloaded, Scope.Scope>
  readonly stats: Effect.Effect<WorkerThread.Stats>
}>() {
  static readonly layer = Layer.scoped(
    BlockingLoop,
    Effect.gen(function*() {
      const { blockingQueue } = yield* AppConfig
      const loop: Loop = yield* WorkerThread.make<MeasuredCalls>({
        name: "sacrificial event loop",
        file: workerFile("BlockingLoop"),
        threads: 1,
        places: blockingQueue
      })
      return {
        sleep: Effect.fn("BlockingLoop.sleep")(({ each, times }) =>
          Effect.flatMap(loop.call("sleep", { times, each: Duration.toMillis(each) }), blocked)
        ),
        sumOfSquares: Effect.fn("BlockingLoop.sumOfSquares")((n) =>
          Effect.flatMap(loop.call("sumOfSquares", { n }), blocked)
        ),
        httpGet: httpGet(loop),
        fileWriter: fileWriter(loop),
        stats: loop.stats
      }
    })
  )
}
