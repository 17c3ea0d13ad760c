import { describe, expect, it, vi } from "@effect/vitest"
import { ConfigProvider, DateTime, Duration, Effect, Fiber, Layer, Option, Schema, TestClock } from "effect"
import { Policies } from "../../src/policy/Policies.ts"
import { NamedPolicy } from "../../src/policy/Policy.ts"
import { failureOf } from "../support/exits.ts"
import { logLines } from "../support/logLines.ts"

const environment = (variables: Record<string, string>) =>
  Policies.layer.pipe(
    Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))
  )

const inForce = Effect.flatMap(Policies, ({ list }) => Schema.encode(Schema.Array(NamedPolicy))(list))

const doubling = { attempts: 5, backoff: { kind: "exponential", base: "1 second" }, jitter: "full" }
const patiently = {
  attempts: 20,
  backoff: { kind: "exponential", base: "1 second", max: "2 minutes" },
  jitter: "full"
}

describe("Policies", () => {
  it.effect("are the handbook's, and those of the background work", () =>
    Effect.gen(function*() {
      expect(yield* inForce).toEqual([
        {
          name: "unreliable",
          policy: { attemptTimeout: "5 seconds", retry: { attempts: 3, backoff: { kind: "linear", base: "1 second" } } }
        },
        { name: "safe-call", policy: { timeout: "5 seconds" } },
        { name: "slow-operation", policy: { timeout: "5 seconds" } },
        { name: "upstream", policy: { timeout: "5 seconds" } },
        { name: "blocking-call", policy: { timeout: "5 seconds" } },
        { name: "batch", policy: { concurrency: 3 } },
        {
          name: "send-mail",
          policy: { timeout: "30 minutes", attemptTimeout: "1 minute", retry: patiently, concurrency: 256 }
        },
        { name: "send-mail-blocking", policy: { timeout: "30 minutes", retry: patiently, concurrency: 16 } },
        { name: "create-profile", policy: { timeout: "1 minute", attemptTimeout: "10 seconds", retry: doubling } },
        { name: "join-mailing-list", policy: { timeout: "1 minute", attemptTimeout: "10 seconds", retry: doubling } },
        {
          name: "maintenance",
          policy: {
            timeout: "15 minutes",
            attemptTimeout: "5 minutes",
            retry: { attempts: 3, backoff: { kind: "exponential", base: "10 seconds" }, jitter: "full" }
          }
        }
      ])
    }).pipe(Effect.provide(environment({}))))

  it.effect("can each be replaced as a whole by a variable", () =>
    Effect.gen(function*() {
      const { of } = yield* Policies
      expect(of("safe-call").value).toEqual({ timeout: Duration.millis(200) })
      expect(of("unreliable").value).toEqual({})
      expect(of("upstream").value).toEqual({ timeout: Duration.seconds(5) })
      const fiber = yield* Effect.fork(of("safe-call").apply(Effect.sleep("1 second")))
      yield* TestClock.adjust("199 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(failureOf(yield* Fiber.await(fiber))).toMatchObject({
        _tag: "PolicyTimeout",
        after: Duration.millis(200)
      })
    }).pipe(Effect.provide(environment({ POLICY_SAFE_CALL: "{\"timeout\":\"200 millis\"}", POLICY_UNRELIABLE: "{}" }))))

  it.effect("warn of a variable that replaces none of them", () =>
    Effect.gen(function*() {
      const { layer, texts } = yield* logLines
      yield* Effect.acquireRelease(
        Effect.sync(() => vi.stubEnv("POLICY_SAFE_CAL", "{}")),
        () => Effect.sync(() => vi.unstubAllEnvs())
      )
      yield* inForce.pipe(Effect.provide(Layer.provide(environment({}), layer)))
      expect(texts()).toHaveLength(1)
      expect(texts()[0]).toMatch(/^POLICY_SAFE_CAL replaces no policy: .*, POLICY_SAFE_CALL, /)
    }).pipe(Effect.scoped))

  it.effect.each([
    { name: "POLICY_SAFE_CALL", value: "{\"timeout\":\"soon\"}", reason: "timeout: must be a duration in words" },
    { name: "POLICY_UNRELIABLE", value: "{\"retry\":{\"attempts\":99}}", reason: "retry.backoff: field required" },
    { name: "POLICY_UNRELIABLE", value: "{\"retry\":{\"attempts\":99}}", reason: "retry.attempts: " },
    { name: "POLICY_BATCH", value: "{\"concurency\":3}", reason: "concurency: extra fields are not permitted here" },
    { name: "POLICY_BATCH", value: "three\nlines\nhere", reason: "must be JSON (RFC 8259)" },
    { name: "POLICY_BATCH", value: "", reason: "must be JSON (RFC 8259)" }
  ])(
    "stop the start on %j, with one line that says what is expected",
    ({ name, reason, value }) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Layer.build(environment({ [name]: value })))
        const line = String(error)
        expect(line).toContain(`${name}: ${JSON.stringify(value)} is not a policy such as {"timeout":"5 seconds"`)
        expect(line).toContain(reason)
        expect(line).not.toContain("\n")
      }).pipe(Effect.scoped)
  )

  it.effect("share the permits of a name among all who ask", () =>
    Effect.gen(function*() {
      const { apply, parties, within } = (yield* Policies).of("batch")
      expect(parties.permits).toBe(2)
      const party = yield* parties.party
      const second = within(party)(Effect.sleep("1 second"))
      const fiber = yield* Effect.fork(
        Effect.all([second, second, apply(Effect.sleep("1 second"))], { concurrency: "unbounded" })
      )
      yield* TestClock.adjust("1999 millis")
      expect(yield* fiber.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(fiber)
    }).pipe(Effect.scoped, Effect.provide(Policies.layerWith({ batch: { concurrency: 2 } }))))

  it.effect("tell the state of each part now, and not of parts that they lack", () =>
    Effect.gen(function*() {
      const { figures, of } = yield* Policies
      const state = Effect.map(figures, (all) => all.find(({ name }) => name === "upstream")?.state)
      expect(yield* state).toEqual({
        permits: { limit: 4, held: 0, waiting: 0 },
        breaker: { state: "closed", until: null, opened: 0 },
        retry_budget: 3,
        rate_permits: 2
      })
      yield* Effect.exit(of("upstream").apply(Effect.fail({ transient: true })))
      expect(yield* state).toEqual({
        permits: { limit: 3, held: 0, waiting: 0 },
        breaker: { state: "open", until: DateTime.unsafeMake(5_000), opened: 1 },
        retry_budget: 3,
        rate_permits: 1
      })
      yield* TestClock.adjust("5 seconds")
      expect((yield* state)?.breaker).toEqual({ state: "half-open", until: null, opened: 1 })
    }).pipe(Effect.provide(Policies.layerWith({
      upstream: {
        rateLimit: { permits: 1, per: Duration.seconds(60), burst: 2 },
        concurrency: {
          limit: { adaptive: "aimd", initial: 4, min: 1, max: 9, slowerThan: Duration.seconds(1) },
          over: "attempt"
        },
        breaker: { failures: 1, openFor: Duration.seconds(5) },
        retry: {
          attempts: 2,
          backoff: { kind: "constant", base: Duration.zero },
          budget: { ratio: 0, burst: 3 }
        }
      }
    }))))

  it.effect("count what each policy does, and who holds and awaits its permits", () =>
    Effect.gen(function*() {
      const { figures, of } = yield* Policies
      const figuresOf = (named: string) => Effect.map(figures, (all) => all.find(({ name }) => name === named))
      const failing = of("unreliable").apply(Effect.fail({ transient: true }))
      const hanging = of("unreliable").replacing({
        attemptTimeout: Duration.seconds(1),
        timeout: Duration.millis(1500)
      })(
        Effect.never
      )
      const batch = Effect.forEach([1, 2, 3, 4, 5], () => of("batch").apply(Effect.never), {
        concurrency: "unbounded",
        discard: true
      })
      const all = yield* Effect.fork(Effect.all([Effect.exit(failing), Effect.exit(hanging), batch], {
        concurrency: "unbounded"
      }))
      yield* TestClock.adjust("2 seconds")
      expect(yield* figuresOf("unreliable")).toMatchObject({
        name: "unreliable",
        operations: 2,
        attempts: 4,
        failures: 3,
        attemptTimeouts: 1,
        timeouts: 1,
        refused: { "queue full": 0, "waited too long": 0, "rate limited": 0, "breaker open": 0 },
        budgetSpent: 0,
        hedges: 0,
        state: {}
      })
      expect(yield* figuresOf("batch")).toMatchObject({
        operations: 2,
        attempts: 2,
        failures: 0,
        state: { permits: { limit: 2, held: 2, waiting: 3 } }
      })
      yield* Fiber.interrupt(all)
      expect((yield* figuresOf("batch"))?.state).toEqual({ permits: { limit: 2, held: 0, waiting: 0 } })
    }).pipe(Effect.provide(Policies.layerWith({
      "batch": { concurrency: 2 },
      "unreliable": { retry: { attempts: 2, backoff: { kind: "constant", base: Duration.millis(100) } } }
    }))))
})
