import { Data, Effect, Either, type Scope } from "effect"
import { type Transferable, Worker } from "node:worker_threads"
import * as Problem from "../../domain/Problem.ts"

/** A worker thread ended in the middle of a call, or could not start: a defect, so the call dies of it and the cause is in the log. */
export class WorkerCrashed extends Data.TaggedError("WorkerCrashed")<{
  readonly worker: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.worker}: ${this.reason}`
  }
}

/** What a kind of thread can be asked, by name: the clonable input and the clonable answer of each call. */
export type Protocol = Record<string, { readonly input: unknown; readonly answer: unknown }>

/** A call as it travels: a union discriminated by `name`. */
export type Request<P extends Protocol, Name extends keyof P = keyof P> = {
  readonly [N in Name]: { readonly name: N; readonly input: P[N]["input"] }
}[Name]

export interface CallOptions {
  /** Buffers that move to the thread instead of being copied. */
  readonly transfer?: ReadonlyArray<Transferable>
  /** Goes to the front of the line: for what cleans up. */
  readonly urgent?: boolean
  /** False for a short call that must not be cut in the middle: when interrupted it runs to its end, and nobody hears of it. */
  readonly stoppable?: boolean
}

export interface Stats {
  readonly waiting: number
  readonly running: number
}

/** Worker threads of one kind behind one line, served strictly in order of arrival. */
export interface WorkerThreads<P extends Protocol> {
  /** A place among those admitted, held until the scope closes; `Overloaded` at once when there is none. */
  readonly admit: Effect.Effect<void, Problem.Overloaded, Scope.Scope>
  /**
   * Puts a call in the line, under a place that the caller holds. Interrupted while waiting, it leaves the line and never runs; while
   * running, its thread is terminated and a fresh one takes over (unless it is not `stoppable`). Dies of `WorkerCrashed`.
   */
  readonly submit: <Name extends keyof P & string>(
    name: Name,
    input: P[Name]["input"],
    options?: CallOptions
  ) => Effect.Effect<P[Name]["answer"]>
  /** A call that is admitted for its own time. */
  readonly call: <Name extends keyof P & string>(
    name: Name,
    input: P[Name]["input"]
  ) => Effect.Effect<P[Name]["answer"], Problem.Overloaded>
  readonly stats: Effect.Effect<Stats>
}

export interface Options {
  /** What is said to be overloaded, and the name of the threads. */
  readonly name: string
  /** The built JavaScript that each thread runs; it answers every request with one message. */
  readonly file: string
  readonly threads: number
  /** Most calls admitted at once, waiting or running. */
  readonly places: number
}

interface Job {
  readonly post: (worker: Worker, done: () => void) => void
  readonly crashed: (reason: string) => void
}

interface Thread {
  worker: Worker | undefined
  job: Job | undefined
}

// The line moves by at least one call every few seconds, so a client that comes back after one has a fair chance.
const retryAfterSeconds = 1

/** The line and its threads. Threads start when first needed, so that they cost the start of the server nothing. */
class Line {
  readonly options: Options
  readonly threads: ReadonlyArray<Thread>
  readonly waiting: Array<Job> = []
  closed = false

  constructor(options: Options) {
    this.options = options
    this.threads = Array.from({ length: options.threads }, () => ({ worker: undefined, job: undefined }))
  }

  add(job: Job, urgent: boolean): void {
    if (this.closed) return job.crashed("stopped")
    if (urgent) this.waiting.unshift(job)
    else this.waiting.push(job)
    this.advance()
  }

  advance(): void {
    for (;;) {
      const thread = this.threads.find(({ job }) => job === undefined)
      const job = thread === undefined ? undefined : this.waiting.shift()
      if (thread === undefined || job === undefined) return
      this.start(thread, job)
    }
  }

  start(thread: Thread, job: Job): void {
    // A thread cannot be made when the system has no more of them; the call then fails alone.
    const spawned = Either.try({ try: () => thread.worker ?? this.spawn(thread), catch: String })
    if (Either.isLeft(spawned)) return job.crashed(spawned.left)
    thread.worker = spawned.right
    thread.job = job
    job.post(spawned.right, () => {
      thread.job = undefined
      this.advance()
    })
  }

  /** Whatever ends a thread (a crash, a termination), its exit frees the place for a fresh one, which starts with the next call. */
  spawn(thread: Thread): Worker {
    const worker = new Worker(this.options.file, { name: this.options.name })
    let reason = "the thread ended"
    worker.on("error", (error) => {
      reason = String(error)
    })
    worker.on("exit", () => {
      const { job } = thread
      thread.worker = undefined
      thread.job = undefined
      job?.crashed(reason)
      this.advance()
    })
    return worker
  }

  async cancel(job: Job, stoppable: boolean): Promise<void> {
    const place = this.waiting.indexOf(job)
    if (place >= 0) this.waiting.splice(place, 1)
    const worker = this.threads.find((thread) => thread.job === job)?.worker
    if (worker === undefined || !stoppable) return
    // An answer already on its way would have the line post the next call to a thread about to end.
    worker.removeAllListeners("message")
    await worker.terminate()
  }

  async close(): Promise<void> {
    this.closed = true
    for (const job of this.waiting.splice(0)) job.crashed("stopped")
    await Promise.all(this.threads.map(({ worker }) => worker?.terminate()))
  }
}

/** Worker threads whose scope terminates them; a thread blocked or busy at that moment ends too. */
export const make = <P extends Protocol>(
  options: Options
): Effect.Effect<WorkerThreads<P>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const line = yield* Effect.acquireRelease(
      Effect.sync(() => new Line(options)),
      (line) => Effect.promise(() => line.close())
    )
    let admitted = 0

    const admit = Effect.acquireRelease(
      Effect.suspend(() => {
        if (admitted >= options.places) {
          return new Problem.Overloaded({ what: options.name, retry_after: retryAfterSeconds })
        }
        admitted += 1
        return Effect.void
      }),
      () =>
        Effect.sync(() => {
          admitted -= 1
        })
    )

    const submit: WorkerThreads<P>["submit"] = (
      name,
      input,
      { stoppable = true, transfer = [], urgent = false } = {}
    ) =>
      Effect.async((resume) => {
        const job: Job = {
          post: (worker, done) => {
            worker.once("message", (answer) => {
              done()
              resume(Effect.succeed(answer))
            })
            worker.postMessage({ name, input }, transfer)
          },
          crashed: (reason) => resume(Effect.die(new WorkerCrashed({ worker: options.name, reason })))
        }
        line.add(job, urgent)
        return Effect.promise(() => line.cancel(job, stoppable))
      })

    return {
      admit,
      submit,
      call: (name, input) => Effect.scoped(Effect.zipRight(admit, submit(name, input))),
      stats: Effect.sync(() => ({
        waiting: line.waiting.length,
        running: line.threads.filter(({ job }) => job !== undefined).length
      }))
    }
  })
