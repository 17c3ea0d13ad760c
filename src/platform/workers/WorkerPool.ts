import { Data, Deferred, Effect, Either, type Scope } from "effect"
import { type Transferable, Worker } from "node:worker_threads"
import * as Problem from "../../domain/Problem.ts"
import type { Term } from "../../domain/Term.ts"
import { waitFor } from "../../domain/Wait.ts"

/** A worker thread ended during a call, or could not start. The call dies of this defect, and the log has the cause. */
export class WorkerCrashed extends Data.TaggedError("WorkerCrashed")<{
  readonly worker: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.worker}: ${this.reason}`
  }
}

/** Calls of a kind of thread, by name, each with a clonable input and a clonable answer. */
export type Protocol = Record<string, { readonly input: unknown; readonly answer: unknown }>

/** A call as it is posted: a union discriminated by `name`. */
export type Request<P extends Protocol, Name extends keyof P = keyof P> = {
  readonly [N in Name]: { readonly name: N; readonly input: P[N]["input"] }
}[Name]

export interface CallOptions {
  /** Buffers that are transferred to the thread instead of copied. */
  readonly transfer?: ReadonlyArray<Transferable>
  /** Runs when a thread takes the call from its queue. */
  readonly begun?: Effect.Effect<void>
}

export interface Stats {
  readonly waiting: number
  readonly running: number
}

/**
 * Worker threads of one kind behind two queues, one for requests and one for accepted work, each first in first out.
 * The queues alternate, so that neither many clients nor a backlog of work blocks the other. A call that is interrupted
 * while waiting leaves its queue and never runs. The interruption of a running call terminates its thread, and a fresh
 * one replaces the thread. Dies of `WorkerCrashed`.
 */
export interface WorkerPool<P extends Protocol> {
  /** Calls a thread for a waiting client. Fails with `Overloaded` at once if there is no place. */
  readonly call: <Name extends keyof P & string>(
    name: Name,
    input: P[Name]["input"],
    options?: CallOptions
  ) => Effect.Effect<P[Name]["answer"], Problem.Overloaded>
  /** Calls a thread for accepted work, and waits for a place without limit. The part that accepts work bounds it. */
  readonly callPatiently: <Name extends keyof P & string>(
    name: Name,
    input: P[Name]["input"],
    options?: CallOptions
  ) => Effect.Effect<P[Name]["answer"]>
  /** Fails if `call` would fail now. */
  readonly check: Effect.Effect<void, Problem.Overloaded>
  readonly stats: Effect.Effect<Stats>
}

export interface Options {
  /** Name of the threads, which an overload names too. */
  readonly name: Term
  /** Built JavaScript of each thread, which answers every request with one message. */
  readonly file: string
  readonly threads: number
  /** Limit of requests' calls that wait or run. */
  readonly places: number
}

interface Task {
  readonly post: (worker: Worker, thread: Thread, done: () => void) => void
  readonly crashed: (reason: string) => void
}

interface Thread {
  /** Its number in recordings, from 1. */
  readonly number: number
  worker: Worker | undefined
  task: Task | undefined
}

// Seconds. The queue moves by at least one call every few seconds, so a client that retries has a fair chance.
const retryAfterSeconds = 1

type LineName = "requests" | "accepted"

/** The queues and their threads. Threads start at their first call, so that they do not delay the server's start. */
class Lines {
  readonly options: Options
  readonly threads: ReadonlyArray<Thread>
  readonly waiting: Readonly<Record<LineName, Array<Task>>> = { requests: [], accepted: [] }
  /** Queue that is served next, unless it is empty. */
  upNext: LineName = "requests"
  closed = false

  constructor(options: Options) {
    this.options = options
    this.threads = Array.from({ length: options.threads }, (_, index) => ({
      number: index + 1,
      worker: undefined,
      task: undefined
    }))
  }

  add(task: Task, line: LineName): void {
    if (this.closed) return task.crashed("stopped")
    this.waiting[line].push(task)
    this.advance()
  }

  next(): Task | undefined {
    const other = this.upNext === "requests" ? "accepted" : "requests"
    if (this.waiting[this.upNext].length === 0) return this.waiting[other].shift()
    const task = this.waiting[this.upNext].shift()
    this.upNext = other
    return task
  }

  advance(): void {
    for (;;) {
      const thread = this.threads.find(({ task }) => task === undefined)
      const task = thread === undefined ? undefined : this.next()
      if (thread === undefined || task === undefined) return
      this.start(thread, task)
    }
  }

  start(thread: Thread, task: Task): void {
    // The system may have no more threads; then only this call fails.
    const spawned = Either.try({ try: () => thread.worker ?? this.spawn(thread), catch: String })
    if (Either.isLeft(spawned)) return task.crashed(spawned.left)
    thread.worker = spawned.right
    thread.task = task
    task.post(spawned.right, thread, () => {
      thread.task = undefined
      this.advance()
    })
  }

  /**
   * Spawns a thread. A crash or a termination frees the place when the thread exits; the next call spawns a fresh
   * thread.
   */
  spawn(thread: Thread): Worker {
    const worker = new Worker(this.options.file, { name: this.options.name.name })
    let reason = "the thread ended"
    worker.on("error", (error) => {
      reason = String(error)
    })
    worker.on("exit", () => {
      const { task } = thread
      thread.worker = undefined
      thread.task = undefined
      task?.crashed(reason)
      this.advance()
    })
    return worker
  }

  async cancel(task: Task): Promise<void> {
    for (const line of Object.values(this.waiting)) {
      const place = line.indexOf(task)
      if (place >= 0) line.splice(place, 1)
    }
    const worker = this.threads.find((thread) => thread.task === task)?.worker
    if (worker === undefined) return
    // Otherwise a pending answer would post the next call to a thread about to end.
    worker.removeAllListeners("message")
    await worker.terminate()
  }

  async close(): Promise<void> {
    this.closed = true
    for (const line of Object.values(this.waiting)) for (const task of line.splice(0)) task.crashed("stopped")
    await Promise.all(this.threads.map(({ worker }) => worker?.terminate()))
  }
}

/** Makes worker threads, terminated with the scope even if they are blocked or busy. */
export const make = <P extends Protocol>(
  options: Options
): Effect.Effect<WorkerPool<P>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const lines = yield* Effect.acquireRelease(
      Effect.sync(() => new Lines(options)),
      (lines) => Effect.promise(() => lines.close())
    )
    const queue = options.name.name
    const waitsForThread = waitFor("worker", () => ({ queue }))
    let admitted = 0

    const check = Effect.suspend(() =>
      admitted >= options.places
        ? new Problem.Overloaded({ what: options.name, retry_after: retryAfterSeconds })
        : Effect.void
    )
    const place = Effect.acquireRelease(
      Effect.tap(check, () => {
        admitted += 1
      }),
      () =>
        Effect.sync(() => {
          admitted -= 1
        })
    )

    const submit = <Name extends keyof P & string>(
      line: LineName,
      name: Name,
      input: P[Name]["input"],
      { begun = Effect.void, transfer = [] }: CallOptions = {}
    ): Effect.Effect<P[Name]["answer"]> =>
      Effect.suspend(() => {
        let number: number | undefined
        const granted = Deferred.unsafeMake<void>(waitsForThread)
        const answered = Deferred.unsafeMake<P[Name]["answer"]>(
          waitFor("worker", () => ({ queue, ...(number !== undefined && { thread: number }) }))
        )
        const task: Task = {
          post: (worker, thread, done) => {
            number = thread.number
            worker.once("message", (answer) => {
              done()
              Deferred.unsafeDone(answered, Effect.succeed(answer))
            })
            worker.postMessage({ name, input }, transfer)
            Deferred.unsafeDone(granted, Effect.void)
          },
          crashed: (reason) => {
            const crash = Effect.die(new WorkerCrashed({ worker: options.name.name, reason }))
            Deferred.unsafeDone(granted, crash)
            Deferred.unsafeDone(answered, crash)
          }
        }
        lines.add(task, line)
        return Deferred.await(granted).pipe(
          Effect.zipRight(begun),
          Effect.zipRight(Deferred.await(answered)),
          Effect.onInterrupt(() => Effect.promise(() => lines.cancel(task)))
        )
      })

    return {
      call: (name, input, options) => Effect.scoped(Effect.zipRight(place, submit("requests", name, input, options))),
      callPatiently: (name, input, options) => submit("accepted", name, input, options),
      check,
      stats: Effect.sync(() => ({
        waiting: lines.waiting.requests.length + lines.waiting.accepted.length,
        running: lines.threads.filter(({ task }) => task !== undefined).length
      }))
    }
  })
