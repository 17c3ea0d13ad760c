import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { Away, begun, endOf, made, upstream, Wrong } from "../support/policyKinds.ts"

const second = { takes: 1_000 }

describe("a queue", () => {
  it.effect("takes as many as its limit, and refuses the next at once", () =>
    Effect.gen(function*() {
      const { apply, counters, parties } = yield* made({ concurrency: { limit: 1, queue: 2 } })
      const { calls, operation } = upstream(() => second)
      const [, , , fourth] = yield* Effect.replicateEffect(begun(apply()(operation)), 4)
      expect(parties.usage()).toEqual({ held: 1, waiting: 2 })
      expect(fourth && (yield* endOf(fourth))).toBe("PolicyRefused: queue full")
      expect(counters).toMatchObject({ operations: 1, failures: 0, refused: { "queue full": 1 } })
      yield* TestClock.adjust("1 second")
      const fifth = yield* begun(apply()(operation))
      expect(parties.usage()).toEqual({ held: 1, waiting: 2 })
      yield* TestClock.adjust("3 seconds")
      expect(yield* endOf(fifth)).toBe(4)
      expect(calls).toEqual([0, 1_000, 2_000, 3_000])
    }))

  it.effect("of 0 lets nobody wait", () =>
    Effect.gen(function*() {
      const { apply } = yield* made({ concurrency: { limit: 1, queue: 0 } })
      const { operation } = upstream(() => second)
      yield* begun(apply()(operation))
      expect(yield* endOf(yield* begun(apply()(operation)))).toBe("PolicyRefused: queue full")
      yield* TestClock.adjust("1 second")
      expect((yield* begun(apply()(operation))).id()).toBeDefined()
    }))

  it.effect.each(
    [
      [999, 2, 0],
      [1_001, "PolicyRefused: waited too long", 1]
    ] as const
  )(
    "gives up a place at maxWait: a permit that is free after %d ms of 1 s",
    ([free, end, refused]) =>
      Effect.gen(function*() {
        const { apply, counters, parties } = yield* made({ concurrency: { limit: 1, maxWait: "1 second" } })
        const { operation } = upstream((call) => ({ takes: call === 1 ? free : 10 }))
        yield* begun(apply()(operation))
        const waiting = yield* begun(apply()(operation))
        yield* TestClock.adjust("999 millis")
        expect(yield* waiting.poll).toEqual(Option.none())
        yield* TestClock.adjust("1 second")
        expect(yield* endOf(waiting)).toBe(end)
        expect(parties.usage()).toEqual({ held: 0, waiting: 0 })
        expect(counters.refused["waited too long"]).toBe(refused)
      })
  )

  it.effect.each([["fifo", [1, 2, 3, 4]], ["lifo", [1, 4, 3, 2]]] as const)(
    "serves %s",
    ([order, expected]) =>
      Effect.gen(function*() {
        const { apply } = yield* made({ concurrency: { limit: 1, order } })
        const served: Array<number> = []
        yield* Effect.forEach([1, 2, 3, 4], (client) =>
          begun(
            apply()(Effect.zipRight(
              Effect.sync(() => {
                served.push(client)
              }),
              Effect.sleep("1 second")
            ))
          ), { concurrency: 1 })
        yield* TestClock.adjust("4 seconds")
        expect(served).toEqual(expected)
      })
  )
})

describe("a concurrency", () => {
  const retry = { attempts: 2, backoff: { kind: "constant", base: "1 second" } } as const

  it.effect.each([["operation", 1_000], ["attempt", 0]] as const)(
    "over each %s lets another begin at %d ms, while the first pauses",
    ([over, other]) =>
      Effect.gen(function*() {
        const { apply } = yield* made({ retry, concurrency: { limit: 1, over } })
        const { calls, operation } = upstream((call) => call === 1 ? { error: new Away({}) } : {})
        const first = yield* begun(apply()(operation))
        const second = yield* begun(apply()(operation))
        yield* TestClock.adjust("1 second")
        expect(yield* Effect.all([endOf(first), endOf(second)], { concurrency: 1 })).toHaveLength(2)
        // the other operation makes the last call where the permit is kept, and the second where it is given back
        expect(calls).toEqual(over === "operation" ? [0, 1_000, other] : [0, other, 1_000])
      })
  )

  it.effect("over each attempt lets the wait count into its attempt, and a refusal ends the operation", () =>
    Effect.gen(function*() {
      const { apply, counters } = yield* made({
        attemptTimeout: "1 second",
        retry,
        concurrency: { limit: 1, queue: 1, over: "attempt" }
      })
      const { operation } = upstream(() => ({ takes: 700 }))
      const all = yield* Effect.replicateEffect(begun(apply()(operation)), 3)
      yield* TestClock.adjust("10 seconds")
      expect(yield* Effect.forEach(all, endOf, { concurrency: 1 })).toEqual([1, 3, "PolicyRefused: queue full"])
      expect(counters).toMatchObject({ attemptTimeouts: 1, failures: 1, refused: { "queue full": 1 } })
    }))

  it.effect("is no accident to a retry outside", () =>
    Effect.gen(function*() {
      const inner = yield* made({ concurrency: { limit: 1, queue: 0 } })
      const outer = yield* made({ retry })
      yield* begun(inner.apply()(Effect.never))
      const refused = yield* begun(outer.apply()(inner.apply()(Effect.void)))
      expect(yield* endOf(refused)).toBe("PolicyRefused: queue full")
      expect(outer.counters).toMatchObject({ attempts: 1, failures: 0 })
    }))
})

describe("an adaptive concurrency", () => {
  const adaptive = (attemptTimeout?: string) =>
    made({
      ...attemptTimeout !== undefined && { attemptTimeout },
      concurrency: {
        limit: { adaptive: "aimd", initial: 4, min: 2, max: 5, slowerThan: "200 millis" },
        over: "attempt"
      }
    })
  const round = (apply: ReturnType<Effect.Effect.Success<ReturnType<typeof made>>["apply"]>, takes: number) =>
    Effect.gen(function*() {
      const { operation } = upstream(() => ({ takes }))
      yield* Effect.replicateEffect(begun(Effect.exit(apply(operation))), 4)
      yield* TestClock.adjust("2 seconds")
    })

  it.effect("grows with rounds at its limit that are fast enough, up to its most", () =>
    Effect.gen(function*() {
      const { apply, parties } = yield* adaptive()
      const { operation } = upstream(() => ({ takes: 200 }))
      yield* Effect.replicateEffect(begun(apply()(operation)), 40)
      yield* TestClock.adjust("200 millis")
      expect(parties.permits).toBe(4)
      yield* TestClock.adjust("200 millis")
      expect(parties.permits).toBe(5)
      yield* TestClock.adjust("10 seconds")
      expect(parties.permits).toBe(5)
    }))

  it.effect("falls with slow answers, down to its least", () =>
    Effect.gen(function*() {
      const { apply, parties } = yield* adaptive()
      yield* round(apply(), 201)
      expect(parties.permits).toBe(2)
      yield* round(apply(), 201)
      expect(parties.permits).toBe(2)
    }))

  it.effect("falls with attempts that their timeout ends, and not with those of a client that leaves", () =>
    Effect.gen(function*() {
      const timed = yield* adaptive("100 millis")
      yield* round(timed.apply(), 150)
      expect(timed.parties.permits).toBe(2)
      const left = yield* adaptive()
      const fiber = yield* begun(left.apply()(Effect.never))
      yield* TestClock.adjust("199 millis")
      yield* Fiber.interrupt(fiber)
      expect(left.parties.permits).toBe(4)
    }))

  it.effect("learns nothing from an error that is no accident", () =>
    Effect.gen(function*() {
      const { apply, parties } = yield* adaptive()
      yield* Effect.replicateEffect(Effect.exit(apply()(Effect.fail(new Wrong()))), 9)
      expect(parties.permits).toBe(4)
    }))
})
