import { describe, expect, it } from "@effect/vitest"
import {
  Cause,
  Clock,
  Deferred,
  Duration,
  Effect,
  Exit,
  FastCheck,
  Fiber,
  Option,
  Ref,
  Scheduler,
  Scope,
  TestClock
} from "effect"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"

const atOnce = { concurrency: "unbounded", discard: true } as const

/** Runs concurrent items of one second each; returns the second in which each ended. */
const items = (party: FairSemaphore.Party, count: number) =>
  Effect.forEach(
    Array.from({ length: count }),
    () =>
      party.withPermit(Effect.sleep("1 second")).pipe(
        Effect.zipRight(Clock.currentTimeMillis),
        Effect.map((millis) => millis / 1000)
      ),
    { concurrency: "unbounded" }
  )

/** Holds a permit until released; `held` is done once the permit was granted. */
const holder = (party: FairSemaphore.Party) =>
  Effect.gen(function*() {
    const held = yield* Deferred.make<void>()
    const letGo = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(
      party.withPermit(Effect.zipRight(Deferred.succeed(held, undefined), Deferred.await(letGo)))
    )
    return { held, fiber, letGo: Deferred.succeed(letGo, undefined) }
  })

/** Pauses a fiber once, before its n-th operation. */
const pausingAt = (operation: number) => {
  let paused = false
  return Scheduler.make(
    (task) => Scheduler.defaultScheduler.scheduleTask(task, 0),
    (fiber) => {
      if (paused || fiber.currentOpCount < operation) return false
      paused = true
      return 0
    }
  )
}

const inScope = <A, E, R>(effect: Effect.Effect<A, E, R>, scope: Scope.Scope) =>
  Effect.provideService(effect, Scope.Scope, scope)

describe("FairSemaphore", () => {
  it.scoped("does one item of a party within two rounds of another's sixty", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(3)
      const many = yield* Effect.fork(items(yield* semaphore.party, 60))
      yield* TestClock.adjust("500 millis")
      const one = yield* Effect.fork(items(yield* semaphore.party, 1))
      yield* TestClock.adjust("2 seconds")
      expect(yield* Fiber.join(one)).toEqual([2])
      yield* TestClock.adjust("30 seconds")
      expect(Math.max(...(yield* Fiber.join(many)))).toBe(21)
    }))

  it.scoped("gives each of several parties a permit in turn", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(2)
      const order = yield* Ref.make<ReadonlyArray<string>>([])
      const gates = yield* Effect.replicateEffect(Effect.flatMap(semaphore.party, holder), 2)
      const work = (party: FairSemaphore.Party, name: string, count: number) =>
        Effect.forEach(
          Array.from({ length: count }, (_, index) => `${name}${index + 1}`),
          (item) =>
            party.withPermit(Effect.zipRight(Ref.update(order, (all) => [...all, item]), Effect.sleep("1 second"))),
          atOnce
        )
      const fibers = yield* Effect.forEach(
        [["a", 4], ["b", 2], ["c", 3]] as const,
        ([name, count]) => Effect.flatMap(semaphore.party, (party) => Effect.fork(work(party, name, count))),
        { concurrency: 1 }
      )
      yield* TestClock.adjust("1 second")
      yield* Effect.forEach(gates, ({ letGo }) => letGo, atOnce)
      yield* TestClock.adjust("9 seconds")
      yield* Fiber.join(Fiber.all(fibers))
      // first in, first out within a party
      expect(yield* Ref.get(order)).toEqual(["a1", "b1", "c1", "a2", "b2", "c2", "a3", "c3", "a4"])
    }))

  it.scoped("removes an interrupted waiter from the queue", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(1)
      const party = yield* semaphore.party
      const first = yield* holder(party)
      yield* Deferred.await(first.held)
      const second = yield* holder(party)
      const third = yield* holder(party)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(second.fiber)
      yield* first.letGo
      yield* Deferred.await(third.held)
      expect(yield* Deferred.isDone(second.held)).toBe(false)
    }))

  it.scoped("frees the permit of an interrupted holder", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(1)
      const first = yield* holder(yield* semaphore.party)
      yield* Deferred.await(first.held)
      const second = yield* holder(yield* semaphore.party)
      yield* Effect.yieldNow()
      expect(yield* Deferred.isDone(second.held)).toBe(false)
      yield* Fiber.interrupt(first.fiber)
      yield* Deferred.await(second.held)
    }))

  it.scoped("frees the permit of a holder that fails or dies", () =>
    Effect.gen(function*() {
      const party = yield* (yield* FairSemaphore.make(1)).party
      yield* Effect.exit(party.withPermit(Effect.fail("no")))
      yield* Effect.exit(party.withPermit(Effect.die("bug")))
      expect(yield* party.withPermit(Effect.succeed("next"))).toBe("next")
    }))

  it.effect("regains its permit wherever an interruption finds its holder", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(1)
      const ended: Array<string> = []
      for (let operations = 1; operations < 40; operations++) {
        const fiber = yield* Effect.fork(
          Effect.withScheduler(semaphore.withPermit(Effect.void), pausingAt(operations))
        )
        yield* Effect.yieldNow()
        ended.push(Exit.match(yield* Fiber.interrupt(fiber), {
          onFailure: (cause) => Cause.isInterruptedOnly(cause) ? "interrupted" : Cause.pretty(cause),
          onSuccess: () => "ended"
        }))
        const next = yield* Effect.fork(semaphore.withPermit(Effect.void))
        yield* Effect.replicateEffect(Effect.yieldNow(), 2)
        expect(yield* next.poll).toEqual(Option.some(Exit.void))
      }
      // the item was interrupted before its end in some runs, and reached its end in others
      expect(new Set(ended)).toEqual(new Set(["interrupted", "ended"]))
    }))

  it.effect("frees at once the permits of a client that leaves with 45 items", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(3)
      const client = yield* Effect.fork(Effect.scoped(Effect.flatMap(semaphore.party, (party) => items(party, 45))))
      yield* TestClock.adjust("300 millis")
      yield* Fiber.interrupt(client)
      const next = yield* Effect.fork(semaphore.withPermit(Effect.sleep("1 second")))
      yield* TestClock.adjust("999 millis")
      expect(yield* next.poll).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      expect(yield* Fiber.await(next)).toEqual(Exit.void)
    }))

  it.scoped("interrupts waiting operations when their party ends, and lets running ones keep their permit", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(1)
      const scope = yield* Scope.make()
      const ending = yield* inScope(semaphore.party, scope)
      const running = yield* holder(ending)
      yield* Deferred.await(running.held)
      const waiting = yield* holder(ending)
      const other = yield* holder(yield* semaphore.party)
      yield* Effect.yieldNow()
      yield* Scope.close(scope, Exit.void)
      expect(Exit.isInterrupted(yield* Fiber.await(waiting.fiber))).toBe(true)
      expect(Exit.isInterrupted(yield* Effect.exit(ending.withPermit(Effect.void)))).toBe(true)
      expect(yield* Deferred.isDone(other.held)).toBe(false)
      yield* running.letGo
      yield* Deferred.await(other.held)
    }))

  it.effect("treats each effect without a party as a party of its own", () =>
    Effect.gen(function*() {
      const semaphore = yield* FairSemaphore.make(1)
      yield* Effect.fork(Effect.scoped(Effect.flatMap(semaphore.party, (party) => items(party, 10))))
      yield* TestClock.adjust("500 millis")
      const one = yield* Effect.fork(semaphore.withPermit(Effect.void))
      yield* TestClock.adjust("1500 millis")
      expect(yield* Fiber.await(one)).toEqual(Exit.void)
    }))

  const scenario = FastCheck.record({
    permits: FastCheck.integer({ min: 1, max: 4 }),
    parties: FastCheck.array(
      FastCheck.record({
        // durations in milliseconds; an item that has not ended by then is interrupted
        items: FastCheck.array(
          FastCheck.record({
            start: FastCheck.integer({ min: 0, max: 20 }),
            length: FastCheck.integer({ min: 0, max: 20 }),
            interrupt: FastCheck.option(FastCheck.integer({ min: 0, max: 40 }), { nil: undefined })
          }),
          { maxLength: 12 }
        )
      }),
      { maxLength: 5 }
    )
  })

  it.effect.prop(
    "never exceeds the permits, and all end, whoever is interrupted",
    { scenario },
    ({ scenario: { parties, permits } }) =>
      Effect.gen(function*() {
        const semaphore = yield* FairSemaphore.make(permits)
        let held = 0
        let most = 0
        const enter = Effect.sync(() => {
          held++
          most = Math.max(most, held)
        })
        const leave = Effect.sync(() => held--)
        const program = Effect.forEach(
          parties,
          (wanted) =>
            Effect.scoped(Effect.gen(function*() {
              const party = yield* semaphore.party
              yield* Effect.forEach(
                wanted.items,
                ({ interrupt, length, start }) =>
                  Effect.gen(function*() {
                    yield* Effect.sleep(Duration.millis(start))
                    const item = yield* Effect.fork(
                      party.withPermit(
                        Effect.acquireUseRelease(
                          enter,
                          () => Effect.sleep(Duration.millis(length)),
                          () => leave
                        )
                      )
                    )
                    if (interrupt !== undefined) {
                      yield* Effect.sleep(Duration.millis(interrupt))
                      yield* Fiber.interrupt(item)
                    }
                    yield* Fiber.await(item)
                  }),
                atOnce
              )
            })),
          atOnce
        )
        // a lost permit or waiter would leave the run in a deadlock
        const { exit } = yield* runVirtual(program, { seed: 1 })
        expect(exit).toEqual(Exit.void)
        expect(held).toBe(0)
        expect(most).toBeLessThanOrEqual(permits)
        // all permits are free again
        const holders = yield* Effect.forEach(
          Array.from({ length: permits }),
          () => Effect.flatMap(semaphore.party, holder),
          { concurrency: 1 }
        )
        yield* Effect.forEach(holders, ({ held }) => Deferred.await(held), { concurrency: 1 })
      }).pipe(Effect.scoped),
    { fastCheck: { numRuns: 100 } }
  )
})
