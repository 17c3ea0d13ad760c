import { Schema } from "effect"
import { atMost, numberBetween, positiveNumber, wholeNumber } from "../domain/Numbers.ts"
import { rule } from "../domain/Rule.ts"
import { Policy } from "../policy/Policy.ts"
import { Distribution } from "./Distribution.ts"
import { PositiveTime, TimeText } from "./TimeText.ts"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** Requests of one run at most: beyond, the samples of a run take more than half a gigabyte. */
export const mostRequests = 10_000_000

/** Requests under way at most, and attempts at the upstream: each takes some three kilobytes. */
export const mostUnderWay = 200_000

const Clients = wholeNumber(1, mostUnderWay)

const Count = wholeNumber(1, mostRequests)

const longestTitle = 200

/** A title of a scenario or a question. */
export const Title = Schema.String.pipe(
  Schema.maxLength(
    longestTitle,
    rule(`doit avoir au plus ${longestTitle} caractères`, `must have at most ${longestTitle} characters`)
  )
)

const Rate = positiveNumber(1_000_000).annotations({
  description: "Arrivals per second"
})

const Phase = Schema.Struct({ for: PositiveTime, rate: numberBetween(0, 1_000_000) })

/**
 * The arrivals of requests. `poisson` and `regular` do not wait for answers, and their phases follow each other once.
 * Each client of `closed` waits for its answer, thinks, and asks again. `burst` asks all at once.
 */
export const Arrivals = Schema.Union(
  Schema.Struct({ kind: Schema.Literal("poisson", "regular"), rate: Rate }),
  Schema.Struct({ kind: Schema.Literal("poisson", "regular"), phases: Schema.NonEmptyArray(Phase) }),
  Schema.Struct({ kind: Schema.Literal("closed"), clients: Clients, think: Distribution }),
  Schema.Struct({ kind: Schema.Literal("burst"), clients: Clients })
).annotations({
  identifier: "Arrivals",
  examples: [{ kind: "poisson", phases: [{ for: 10_000_000_000, rate: 70 }] }]
})
export type Arrivals = typeof Arrivals.Type

const Share = numberBetween(0, 1)

/**
 * A bad time of the upstream. `slower` multiplies the service times that begin in it, `failure` replaces the share of
 * failures, `down` answers at once with a failure, `frozen` stops all service until its end, and `cold` empties the
 * cache.
 */
export const Fault = Schema.Struct({
  from: TimeText,
  to: TimeText,
  slower: optional(numberBetween(0.001, 1_000_000)),
  failure: optional(Share),
  down: optional(Schema.Boolean),
  frozen: optional(Schema.Boolean),
  cold: optional(Schema.Boolean)
}).pipe(
  Schema.filter(
    ({ from, to }) => to > from || { path: ["to"], message: "" },
    rule("doit être plus tard que from", "must be later than from")
  )
)
export type Fault = typeof Fault.Type

/**
 * The slowing of an upstream as it fills, as by garbage collection or locks. With all places in use its service takes
 * `slower` times as long; with the share `u` of them, 1 + (`slower` - 1) × u^`power` times.
 */
export const WhenFull = Schema.Struct({ slower: numberBetween(1, 1_000), power: numberBetween(1, 10) })

/**
 * A cache before the upstream. Each request asks for one of so many keys, all equally often. A success that its caller
 * still awaits fills its key for `keep` (cache-aside); a request for a filled key succeeds at once.
 */
export const Cache = Schema.Struct({ keys: wholeNumber(1, 1_000_000), keep: PositiveTime })
export type Cache = typeof Cache.Type

export const Upstream = Schema.Struct({
  servers: optional(wholeNumber(1, 1_000_000)).annotations({
    description: "Places in which attempts are served at once; absent: as many as there are attempts"
  }),
  service: Distribution,
  queue: optional(Schema.Struct({
    limit: optional(wholeNumber(0, mostRequests)).annotations({
      description: "Attempts that may wait; beyond, an attempt fails at once. Absent: no limit"
    }),
    order: optional(Schema.Literal("fifo", "lifo"))
  })),
  abandoned: optional(Schema.Literal("frees", "runs on")).annotations({
    description:
      "What becomes of an attempt for which nobody waits any more: it frees its place at once, or runs on (default)"
  }),
  failure: optional(Share).annotations({ description: "The share of attempts that fail, after their service" }),
  whenFull: optional(WhenFull).annotations({ description: "An upstream that is slower as its places fill" }),
  cache: optional(Cache).annotations({ description: "A cache before the upstream" }),
  faults: optional(Schema.Array(Fault).pipe(Schema.maxItems(100, atMost(100)))).annotations({
    description: "Bad times, at most 100"
  })
}).pipe(
  Schema.filter(
    ({ servers, whenFull }) => whenFull === undefined || servers !== undefined || { path: ["whenFull"], message: "" },
    rule("demande servers", "needs servers")
  )
).annotations({
  identifier: "ModelledUpstream",
  examples: [{ servers: 10, service: { kind: "exponential", mean: 100_000_000 } }]
})
export type Upstream = typeof Upstream.Type

/** A model of the world around a policy, and the policy. Unknown members are refused. */
export const Scenario = Schema.Struct({
  name: optional(Title.annotations({ description: "The title of pictures" })),
  description: optional(Schema.Struct({ fr: Schema.String, en: Schema.String })),
  seed: optional(wholeNumber(0, 2 ** 31 - 1)),
  requests: optional(Count),
  duration: optional(PositiveTime).annotations({ description: "No request arrives later; those under way end" }),
  warmup: optional(TimeText).annotations({ description: "Requests that arrive before are left out of the figures" }),
  arrivals: Arrivals,
  upstream: Upstream,
  policy: Policy
}).annotations({ identifier: "Scenario", parseOptions: { onExcessProperty: "error" } }).pipe(
  Schema.filter(
    ({ arrivals, duration, requests }) =>
      requests !== undefined || duration !== undefined || "phases" in arrivals || arrivals.kind === "burst",
    rule(
      "requests ou duration est requis, car ces arrivées ne finissent pas",
      "needs requests or duration, as these arrivals never end"
    )
  )
)
export type Scenario = typeof Scenario.Type
