import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect, FastCheck, Fiber, TestClock } from "effect"
import type { Policy } from "../../src/policy/Policy.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { Away, begun, made } from "../support/policyKinds.ts"

/** Every part at once, with the retry and with the hedge in its place. */
const parts = {
  timeout: "1 second",
  attemptTimeout: "100 millis",
  breaker: { failures: 3, openFor: "50 millis" },
  rateLimit: { permits: 100, per: "1 second", burst: 2, maxWait: "30 millis" },
  concurrency: { limit: 1, queue: 2, maxWait: "200 millis" }
} as const satisfies typeof Policy.Encoded

const retry = {
  attempts: 3,
  backoff: { kind: "constant", base: "60 millis" },
  budget: { ratio: 0, burst: 2 }
} as const

const failing = Effect.zipRight(Effect.sleep("40 millis"), Effect.fail(new Away({})))

/** The moments of an operation that fails at 40 ms, pauses for 60, and tries again. */
const moments = [
  ["in its first attempt", 20, { held: 1, balance: 2 }],
  ["in its pause", 60, { held: 1, balance: 1 }],
  ["in its second attempt", 120, { held: 1, balance: 1 }],
  ["in its second pause", 170, { held: 1, balance: 0 }]
] as const

describe("an interruption", () => {
  it.effect.each(moments)(
    "of an operation %s gives its permit, its pass and its retry back",
    ([, at, before]) =>
      Effect.gen(function*() {
        const { apply, budget, parties } = yield* made({ ...parts, retry })
        const fiber = yield* begun(apply()(failing))
        yield* TestClock.adjust(Duration.millis(at))
        expect({ held: parties.usage().held, balance: budget?.balance }).toEqual(before)
        yield* Fiber.interrupt(fiber)
        expect(parties.usage()).toEqual({ held: 0, waiting: 0 })
        // a retry that began is spent, one that had not is not
        expect(budget?.balance).toBe(at < 100 ? 2 : 1)
      })
  )

  it.effect("of an operation in the queue gives its place up, and of one before the rate limit its permit", () =>
    Effect.gen(function*() {
      const { apply, parties, rateLimit } = yield* made({ ...parts, retry })
      const [holder, queued, limited] = yield* Effect.replicateEffect(begun(apply()(Effect.sleep("90 millis"))), 3)
      expect(parties.usage()).toEqual({ held: 1, waiting: 1 })
      if (holder === undefined || queued === undefined || limited === undefined) return expect.fail("not begun")
      yield* Fiber.interrupt(queued)
      yield* Fiber.interrupt(limited)
      expect(parties.usage()).toEqual({ held: 1, waiting: 0 })
      expect(rateLimit?.available(10)).toBe(1)
      yield* Fiber.interrupt(holder)
      expect(parties.usage()).toEqual({ held: 0, waiting: 0 })
    }))

  const client = FastCheck.record({
    arrives: FastCheck.integer({ min: 0, max: 300 }),
    takes: FastCheck.integer({ min: 0, max: 200 }),
    fails: FastCheck.boolean(),
    leaves: FastCheck.option(FastCheck.integer({ min: 0, max: 400 }), { nil: undefined })
  })

  const queue = FastCheck.integer({ min: 0, max: 3 })

  it.effect.prop(
    "of any operation at any moment conserves permits, and no queue is longer than its limit",
    [
      FastCheck.array(client, { maxLength: 25 }),
      queue,
      FastCheck.constantFrom("operation" as const, "attempt" as const),
      FastCheck.constantFrom("fifo" as const, "lifo" as const),
      FastCheck.boolean()
    ],
    ([clients, queue, over, order, isHedged]) =>
      Effect.gen(function*() {
        let running = 0
        let [mostRunning, mostWaiting] = [0, 0]
        const run = Effect.gen(function*() {
          const { apply, budget, parties } = yield* made({
            ...parts,
            ...isHedged ? { hedge: { after: "30 millis", budget: retry.budget } } : { retry },
            concurrency: { limit: 2, queue, order, over, maxWait: "100 millis" }
          })
          const operation = (takes: number, fails: boolean) =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                mostRunning = Math.max(mostRunning, ++running)
                mostWaiting = Math.max(mostWaiting, parties.usage().waiting)
              }),
              () =>
                Effect.zipRight(Effect.sleep(Duration.millis(takes)), fails ? Effect.fail(new Away({})) : Effect.void),
              () => Effect.sync(() => running--)
            )
          yield* Effect.forEach(clients, ({ arrives, fails, leaves, takes }) =>
            Effect.gen(function*() {
              yield* Effect.sleep(Duration.millis(arrives))
              const fiber = yield* Effect.fork(Effect.exit(apply()(operation(takes, fails))))
              if (leaves === undefined) return yield* Fiber.await(fiber)
              yield* Effect.sleep(Duration.millis(leaves))
              return yield* Fiber.interrupt(fiber)
            }), { concurrency: "unbounded", discard: true })
          return { usage: parties.usage(), balance: budget?.balance ?? 0 }
        })
        const { exit } = yield* runVirtual(run, { seed: 1 })
        const { balance, usage } = yield* exit
        expect(usage).toEqual({ held: 0, waiting: 0 })
        expect(running).toBe(0)
        if (!isHedged || over === "attempt") expect(mostRunning).toBeLessThanOrEqual(2)
        expect(mostWaiting).toBeLessThanOrEqual(queue)
        expect(balance).toBeGreaterThanOrEqual(0)
      }),
    { fastCheck: { numRuns: 60 } }
  )
})
