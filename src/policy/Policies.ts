import { Config, ConfigError, Context, Duration, Effect, Either, Layer, Record, Schema } from "effect"
import { fromJson } from "../domain/Json.ts"
import { sentenceOf } from "../domain/ParseIssues.ts"
import type { FairSemaphore, Party } from "./FairSemaphore.ts"
import * as FiberInternals from "./FiberInternals.ts"
import { monotonic } from "./monotonic.ts"
import { type NamedPolicy, Policy } from "./Policy.ts"
import type { PolicyFigures } from "./PolicyCounters.ts"
import * as PolicyInterpreter from "./PolicyInterpreter.ts"
import { type Now, stateOf } from "./PolicyState.ts"

const fiveSeconds = Duration.seconds(5)

/**
 * The pauses of a mail: 13 minutes on average until the 20th attempt. They double up to 2 minutes, and full jitter
 * keeps mails that failed together from returning together.
 */
const untilTheMailServerIsBack = {
  attempts: 20,
  backoff: { kind: "exponential", base: Duration.seconds(1), max: Duration.minutes(2) },
  jitter: "full"
} as const

/** The pauses of a write to the database, which has no other clients: 7.5 s on average until the fifth attempt. */
const briefly = {
  attempts: 5,
  backoff: { kind: "exponential", base: Duration.seconds(1) },
  jitter: "full"
} as const

/**
 * The policies by name. Their values are the handbook's unless the configuration replaces one; those of jobs are ours.
 *
 * An activity of a job that its policy gives up fails its job, which is then kept until somebody retries it. So jobs
 * have no budget and no breaker, which end the attempts of accepted work early, and no bound on the queue: jobs are
 * bounded where they are accepted. Each has full jitter and a total timeout, so that no job keeps its slot for ever.
 */
export const defaults = {
  /** `async_retry(max_attempts=3, delay=1.0)` around a client whose own timeout is 5 s (httpx). */
  "unreliable": {
    attemptTimeout: fiveSeconds,
    retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) } }
  },
  /** `client.get(url, timeout=5.0)` */
  "safe-call": { timeout: fiveSeconds },
  /** `asyncio.wait_for(slow_operation(), timeout=5.0)` */
  "slow-operation": { timeout: fiveSeconds },
  /** httpx's timeout, where the handbook gives none. */
  "upstream": { timeout: fiveSeconds },
  /**
   * The blocking call on the sacrificial event loop. The handbook's call has no timeout and never ends if the upstream
   * stays silent. Only its timeout is read, as the loop bounds its queue itself.
   */
  "blocking-call": { timeout: fiveSeconds },
  /** `asyncio.Semaphore(3)` */
  "batch": { concurrency: 3 },
  /**
   * The composition of a mail and its delivery to the mail server, which may be down for some minutes. The timeout ends
   * what a silent server could make 46 minutes. The permit is kept over pauses: over attempts, the wait of a crowd for
   * permits would count into the attempt's minute.
   */
  "send-mail": {
    timeout: Duration.minutes(30),
    attemptTimeout: Duration.minutes(1),
    retry: untilTheMailServerIsBack,
    concurrency: 256
  },
  /**
   * The composition of a mail on the sacrificial event loop, which each mail blocks for 2 s. Concurrency is low for
   * that reason, yet above a few, as a mail whose server is down keeps its permit. An attemptTimeout would count the
   * wait for the loop, so a crowd of clients would exhaust the attempts; the mail server has timeouts of its own.
   */
  "send-mail-blocking": {
    timeout: Duration.minutes(30),
    retry: untilTheMailServerIsBack,
    concurrency: 16
  },
  /** Five attempts of 10 s with their longest pauses take 65 s; beyond a minute nobody waits for a profile. */
  "create-profile": { timeout: Duration.minutes(1), attemptTimeout: Duration.seconds(10), retry: briefly },
  "join-mailing-list": { timeout: Duration.minutes(1), attemptTimeout: Duration.seconds(10), retry: briefly },
  /** Work that is not urgent, and that must end before its next run, an hour later by default. */
  "maintenance": {
    timeout: Duration.minutes(15),
    attemptTimeout: Duration.minutes(5),
    retry: { attempts: 3, backoff: { kind: "exponential", base: Duration.seconds(10) }, jitter: "full" }
  }
} as const satisfies Record<string, Policy>

export type PolicyName = keyof typeof defaults

/** Names the environment variable whose JSON replaces a whole policy: `safe-call` → `POLICY_SAFE_CALL`. */
export const variable = (name: string): string => `POLICY_${name.toUpperCase().replaceAll("-", "_")}`

const expected =
  `a policy such as {"timeout":"5 seconds","attemptTimeout":"2 seconds","retry":{"attempts":3,"backoff":{"kind":"linear","base":"1 second"},"jitter":"full"},"concurrency":10}, every part optional`

const decode = Schema.decodeUnknownEither(fromJson(Policy), { errors: "all" })

const setting = (fallback: Policy, name: string): Config.Config<Policy> =>
  Config.string(variable(name)).pipe(
    Config.mapOrFail((written) =>
      Either.mapLeft(decode(written), (error) =>
        ConfigError.InvalidData(
          [],
          `${variable(name)}: ${JSON.stringify(written)} is not ${expected} (${sentenceOf(error)})`
        ))
    ),
    Config.withDefault(fallback)
  )

const fromEnvironment = Config.all(Record.map(defaults, setting))

/**
 * Warns of a variable that names no policy. The name may be misspelt or another program's, so the server starts anyway.
 */
const warnOfUnknown = Effect.suspend(() => {
  const known = Object.keys(defaults).map(variable)
  const unknown = Object.keys(process.env).filter((name) => name.startsWith("POLICY_") && !known.includes(name))
  return Effect.forEach(
    unknown,
    (name) => Effect.logWarning(`${name} replaces no policy: the known variables are ${known.join(", ")}`),
    { concurrency: 1, discard: true }
  )
})

type Table = { readonly [Name in PolicyName]: Policy }

/** A named policy in force. */
export interface PolicyHandle {
  readonly value: Policy
  /** Puts the policy around an effect and adds `PolicyTimeout` to its errors. Each effect forms a party of its own. */
  readonly apply: PolicyInterpreter.Transformer
  /** Returns `apply` for the operations of one party, which take permits from it. A caller with many joins first. */
  readonly within: (party: Party) => PolicyInterpreter.Transformer
  /** Returns `apply` with some parts replaced; state and counters stay shared with the policy. */
  readonly replacing: (parts: PolicyInterpreter.Replaceable) => PolicyInterpreter.Transformer
  /** The permits of the policy's concurrency, shared by the whole server. */
  readonly parties: FairSemaphore
}

const handleOf = (value: Policy, interpreter: PolicyInterpreter.Interpreter): PolicyHandle => ({
  value,
  apply: interpreter.apply(),
  within: interpreter.apply,
  replacing: (parts) => interpreter.replacing(parts).apply(),
  parties: interpreter.parties
})

const figuresOf = (
  { name, policy }: NamedPolicy,
  interpreter: PolicyInterpreter.Interpreter,
  now: Now
): PolicyFigures => ({
  name,
  policy,
  ...interpreter.counters,
  state: stateOf(policy.concurrency !== undefined, interpreter, now)
})

/** The named policies in force. Chapters put them around their operations instead of numbers of their own. */
export class Policies extends Context.Tag("barista/policy/Policies")<Policies, {
  readonly list: ReadonlyArray<NamedPolicy>
  readonly of: (name: PolicyName) => PolicyHandle
  /** Reports the work of each policy since the start, and its state now. Cheap enough to run at any time. */
  readonly figures: Effect.Effect<ReadonlyArray<PolicyFigures>>
}>() {
  /**
   * Reads the policies from the environment; each variable replaces one default by its JSON. A bad value fails the
   * start with one line that says what is expected.
   */
  static readonly layer = Layer.effect(
    Policies,
    Effect.gen(function*() {
      yield* FiberInternals.check()
      yield* warnOfUnknown
      return yield* make(yield* fromEnvironment)
    })
  )

  /** Makes the defaults with some policies replaced; reads no environment. */
  static readonly layerWith = (overrides: Partial<Table>) => Layer.effect(Policies, make({ ...defaults, ...overrides }))
}

const make = (table: Table) => {
  const list = Record.toEntries(table).map(([name, policy]) => ({ name, policy }))
  return Effect.map(
    Effect.all(Record.map(table, PolicyInterpreter.make), { concurrency: 1 }),
    (interpreters): Context.Tag.Service<Policies> => {
      const handles = Record.map(table, (value, name) => handleOf(value, interpreters[name]))
      return {
        list,
        of: (name) => handles[name],
        figures: Effect.clockWith((clock) =>
          Effect.sync(() => {
            const now = { wall: clock.unsafeCurrentTimeMillis(), monotonic: monotonic(clock) }
            return list.map((named) => figuresOf(named, interpreters[named.name], now))
          })
        )
      }
    }
  )
}
