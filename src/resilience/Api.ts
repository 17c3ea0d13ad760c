import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Duration, Schema } from "effect"
import { DigitsToNumber } from "../domain/Ids.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { exactly } from "../platform/codec/JsonText.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { UpstreamAnswer } from "../platform/upstream/Json.ts"
import { PolicyInForce } from "../policy/PolicyState.ts"

/** A failed attempt, counted from 1, and the pause in seconds before the next one; null after the last. */
export const Attempt = Schema.Struct({
  attempt: Schema.Int,
  error: Schema.String,
  upstream_status: Schema.optional(Schema.Int),
  delay: Schema.NullOr(Schema.Number.annotations({ description: "Seconds" }))
}).annotations({ identifier: "Attempt" })
export type Attempt = typeof Attempt.Type

/** 502: every attempt that the policy allows failed. */
export class AttemptsFailed
  extends Problem.define<AttemptsFailed>()("AttemptsFailed", 502, { attempts: Schema.Array(Attempt) })
{
  get problem(): Problem.Description {
    const list = this.attempts.map(({ attempt, error }) => `${attempt}. ${error}`).join(" ")
    return {
      title: text("Toutes les tentatives ont échoué", "Every attempt failed"),
      detail: text(`Tentatives : ${list}`, `Attempts: ${list}`)
    }
  }
}

/** 504: the slow operation was interrupted at its timeout; `error` and `timeout` are the handbook's answer. */
export class OperationTooSlow extends Problem.define<OperationTooSlow>()("OperationTooSlow", 504, {
  error: Schema.String.annotations({ examples: ["Opération trop lente"] }),
  timeout: Schema.String.annotations({ examples: ["5s"] })
}) {
  get problem(): Problem.Description {
    return {
      title: text("Délai dépassé", "Timed out"),
      detail: text(
        `L'opération a été interrompue après ${this.timeout}.`,
        `The operation was interrupted after ${this.timeout}.`
      )
    }
  }
}

/** The attempt that shall succeed, in digits. */
export const SucceedOn = Schema.compose(
  DigitsToNumber,
  Schema.Int.pipe(Schema.between(1, 20, rule("doit être un entier de 1 à 20", "must be a whole number from 1 to 20"))),
  { strict: false }
).annotations({
  jsonSchema: {
    type: "integer",
    minimum: 1,
    maximum: 20,
    description: "The attempt that shall succeed, 1 to 20; by default none"
  }
})

const secondsRule = rule(
  "doit être de 1 à 30 secondes, en chiffres décimaux",
  "must be 1 to 30 seconds, in decimal digits"
)

/**
 * A timeout in seconds, in decimal digits. The pattern checks the digits as written, as 30.0…01 would be rounded to 30.
 */
export const Timeout = Schema.transform(
  Schema.String.pipe(Schema.pattern(/^(?:([1-9]|[12]\d)(\.\d+)?|30(\.0+)?)$/, secondsRule)),
  Schema.Number.pipe(Schema.between(1, 30, secondsRule)),
  { strict: true, decode: Number, encode: String }
).annotations({
  jsonSchema: {
    type: "number",
    minimum: 1,
    maximum: 30,
    description: "Seconds, 1 to 30; by default the timeout of the policy slow-operation"
  }
})

/** « Retry et timeout » of the handbook's chapter « Patterns avancés ». */
export const ResilienceApi = HttpApiGroup.make("resilience")
  .add(
    HttpApiEndpoint.get("unreliable", "/unreliable")
      .setUrlParams(Schema.Struct({ succeed_on: Schema.optionalWith(SucceedOn, { exact: true }) }))
      .addSuccess(exactly(UpstreamAnswer))
      .addError(AttemptsFailed)
      .addError(Problem.TimedOut)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .annotateContext(documented(
        "A call that is retried",
        "Calls the upstream's /status/500 under the policy unreliable. With succeed_on=N, attempt N calls /get instead, and its JSON is the answer."
      ))
  )
  .add(
    HttpApiEndpoint.get("withTimeout", "/with-timeout")
      .setUrlParams(Schema.Struct({ timeout: Schema.optionalWith(Timeout, { exact: true }) }))
      .addSuccess(Schema.Struct({ result: Schema.String.annotations({ examples: ["Terminé"] }) }))
      .addError(OperationTooSlow)
      .addError(Problem.Overloaded)
      .addError(Problem.RateLimited)
      .annotateContext(documented(
        "An operation with a timeout",
        "An operation of 10 s under the policy slow-operation: interrupted at the timeout, unless that is longer."
      ))
  )
  .add(
    HttpApiEndpoint.get("policies", "/policies")
      .addSuccess(
        Schema.Array(PolicyInForce).annotations({
          examples: [[
            {
              name: "unreliable",
              policy: {
                retry: {
                  attempts: 3,
                  backoff: { kind: "exponential", base: Duration.seconds(1) },
                  jitter: "full",
                  budget: { ratio: 0.1 }
                },
                breaker: { failures: 5, openFor: Duration.seconds(5) }
              },
              state: { breaker: { state: "closed", until: null, opened: 0 }, retry_budget: 9.5 }
            },
            { name: "batch", policy: { concurrency: 3 }, state: { permits: { limit: 3, held: 2, waiting: 0 } } }
          ]]
        })
      )
      .annotateContext(
        documented(
          "The policies in force",
          "Every named policy, in the form that the configuration takes, and its state now: permits, breaker, budget, rate."
        )
      )
  )
  .annotateContext(documented("Resilience", "Retries, timeouts, and their policies."))
