import { Data, Duration, Effect, Schedule } from "effect"
import { type Answer, ask } from "./client.ts"
import { watchProcessors } from "./processorTime.ts"

/** Work remained when its time was over. */
export class NotFinished extends Data.TaggedError("NotFinished")<{ readonly message: string }> {}

export interface Load {
  readonly first: number
  readonly count: number
  /** Requests in flight, each on its own connection. */
  readonly connections: number
  /** Seconds that the jobs wait before they begin. */
  readonly delay?: number
  /** Ports of further servers, which take their turns. */
  readonly others?: ReadonlyArray<number>
}

/** The outcome of a load. */
export interface Loaded {
  /** The time to accept each accepted request, ascending. */
  readonly milliseconds: ReadonlyArray<number>
  readonly others: ReadonlyArray<Answer>
}

/** Registers the given number of users, each once, as fast as the answers come. */
export const registerAll = Effect.fnUntraced(function*(
  port: number,
  { connections, count, delay = 0, first, others: further = [] }: Load
) {
  const ports = [port, ...further]
  const milliseconds: Array<number> = []
  const others: Array<Answer> = []
  const register = (n: number) =>
    Effect.map(
      Effect.timed(
        ask(ports[n % ports.length] ?? port, "POST", "/register-user/", {
          email: `user${first + n}@example.com`,
          delay
        })
      ),
      ([took, answer]) => {
        if (answer.status === 202) milliseconds.push(Duration.toMillis(took))
        else others.push(answer)
      }
    )
  yield* Effect.forEach(Array.from({ length: count }, (_, n) => n), register, {
    concurrency: connections,
    discard: true
  })
  return { milliseconds: milliseconds.sort((one, other) => one - other), others } satisfies Loaded
})

/** Waits until the check holds, asked at intervals; fails with `message` after three minutes. */
const eventually = <E, R>(check: Effect.Effect<boolean, E, R>, message: string) =>
  check.pipe(
    Effect.repeat({ until: (holds) => holds, schedule: Schedule.spaced("100 millis") }),
    Effect.timeoutFail({ duration: "3 minutes", onTimeout: () => new NotFinished({ message }) })
  )

/** Waits until all registrations have finished. */
export const allFinished = (port: number) => {
  const none = (state: string) =>
    Effect.map(ask(port, "GET", `/jobs?state=${state}&kind=registration&limit=1`), ({ body }) => body === "[]")
  return eventually(
    // waiting jobs first, as a job leaves their list for that of the running ones
    Effect.map(Effect.zip(none("waiting"), none("running")), ([waiting, running]) => waiting && running),
    "registrations were left after three minutes"
  )
}

/** The processor time, in seconds per second, of a server that only answers health checks. */
const rest = 0.15

/** Waits until the server rests, as the engine looks once at each delayed job after its acceptance. */
export const rested = (pid: number) =>
  eventually(
    Effect.map(
      Effect.flatMap(watchProcessors(pid), ({ spent }) => Effect.delay(spent, "1 second")),
      (seconds) => seconds < rest
    ),
    "the server was still at work after three minutes"
  )
