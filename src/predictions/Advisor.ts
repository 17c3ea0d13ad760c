import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { InvalidInput, type Overloaded, TimedOut } from "../domain/Problem.ts"
import { type Text, text } from "../domain/Text.ts"
import { Upstream } from "../platform/upstream/Upstream.ts"
import { UpstreamLatencies } from "../platform/upstream/UpstreamLatencies.ts"
import type { Advice } from "../simulation/advisor/Advice.ts"
import { type Question, type Recorded, usualRequests } from "../simulation/advisor/Question.ts"
import { type OnProgress, SimulationPool } from "./SimulationPool.ts"

const refused = (place: ReadonlyArray<string>, reason: Text) =>
  InvalidInput.of(["body", ...place], reason, "value_error")

/** Advises policies to clients, on the threads and within the bounds of simulations. */
export class Advisor extends Context.Tag("barista/predictions/Advisor")<Advisor, {
  /** Answers a question; progress counts simulated requests. The thread stops when its caller leaves. */
  readonly advise: (
    question: Question,
    onProgress?: OnProgress
  ) => Effect.Effect<Advice, InvalidInput | Overloaded | TimedOut>
  /** Refuses a question that cannot be answered, before its work begins. */
  readonly check: (question: Question) => Effect.Effect<void, InvalidInput | Overloaded>
}>() {
  static readonly layer = Layer.effect(
    Advisor,
    Effect.gen(function*() {
      const { simulationMaxRequests: most, simulationTimeout } = yield* AppConfig
      const pool = yield* SimulationPool
      const { url } = yield* Upstream
      const latencies = yield* UpstreamLatencies

      /** The times of this server's own upstream, if the question asks for them. */
      const recordedFor = ({ upstream }: Question): Effect.Effect<Recorded | undefined, InvalidInput> => {
        if ("file" in upstream) {
          return refused(
            ["upstream", "file"],
            text("n'est lu que par npm run advise ; donner values", "is read by npm run advise alone: give values")
          )
        }
        if (!("measured" in upstream)) return Effect.succeed(undefined)
        const measured = latencies.of(url.host)
        return measured === undefined
          ? refused(
            ["upstream", "measured"],
            text("rien n'a encore été mesuré du service amont", "nothing was measured of the upstream yet")
          )
          : Effect.succeed(measured)
      }

      const bounded = ({ requests = usualRequests }: Question): Effect.Effect<void, InvalidInput> =>
        requests > most
          ? refused(
            ["requests"],
            text(`donne plus que ${most} requêtes simulées`, `gives more than ${most} simulated requests`)
          )
          : Effect.void

      const prepared = (question: Question) => Effect.zipLeft(recordedFor(question), bounded(question))

      return {
        check: (question) => Effect.zipRight(prepared(question), pool.check),
        advise: Effect.fn("Advisor.advise")(function*(question, onProgress) {
          const recorded = yield* prepared(question)
          return yield* pool.advise(question, recorded, onProgress).pipe(
            Effect.catchTags({
              CannotAdvise: ({ reason }) => refused(["upstream"], reason),
              OutOfBounds: () =>
                refused(
                  ["rate"],
                  text(
                    "laisse trop de requêtes en cours : baisser le débit, ou borner la file",
                    "leaves too many requests under way: lower the rate, or bound the queue"
                  )
                )
            }),
            Effect.timeoutFail({
              duration: simulationTimeout,
              onTimeout: () => new TimedOut({ what: "POST /advice", after: Duration.toSeconds(simulationTimeout) })
            })
          )
        })
      }
    })
  )
}
