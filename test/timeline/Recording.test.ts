import { describe, expect, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Exit, Fiber } from "effect"
import { calledWith } from "../../src/platform/observability/Tracing.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../src/platform/upstream/Upstream.ts"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { violations } from "../../src/timeline/conservation.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import type { FiberLine, Timeline } from "../../src/timeline/Timeline.ts"

/** Records an effect in virtual time. */
const recorded = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<Timeline> =>
  runVirtual(
    Effect.gen(function*() {
      const recording = yield* FiberRecorder.make("test", "virtual")
      yield* recording.run(effect)
      return recording.timeline()
    }),
    { seed: 1 }
  ).pipe(Effect.flatMap(({ exit }) => exit), Effect.orDie)

const second = 1_000_000_000
const seconds = (nanos: number) => nanos / second

const named = ({ fibers }: Timeline, name: string): ReadonlyArray<FiberLine> =>
  fibers.filter((fiber) => fiber.name === name)

/** The slices of fibers by name, in words. */
const lives = ({ fibers, slices }: Timeline) =>
  fibers.map(({ id, name, outcome }) =>
    [
      name,
      ...slices.filter(({ fiber }) => fiber === id).map(({ from, reason, state, to }) =>
        `${reason?.kind ?? state} ${seconds(from)}-${seconds(to)}`
      ),
      outcome
    ].join(", ")
  )

const task = (name: string, duration: Duration.DurationInput) => Effect.withSpan(Effect.sleep(duration), name)

describe("a recording", () => {
  it.effect("shows three tasks in turn as three sleeps of one fiber, and at once as three fibers", () =>
    Effect.gen(function*() {
      const tasks = [task("a", "1 second"), task("b", "1 second"), task("c", "1 second")]
      const inTurn = yield* recorded(Effect.all(tasks, { concurrency: 1 }))
      const atOnce = yield* recorded(Effect.all(tasks, { concurrency: "unbounded" }))
      expect(violations(inTurn)).toEqual([])
      expect(violations(atOnce)).toEqual([])
      expect(lives(inTurn)).toEqual(["a, sleep 0-1, sleep 1-2, sleep 2-3, success"])
      expect(inTurn.spans.map(({ from, name, to }) => [name, seconds(from), seconds(to)])).toEqual([
        ["a", 0, 1],
        ["b", 1, 2],
        ["c", 2, 3]
      ])
      expect(lives(atOnce).slice(-3)).toEqual([
        "a, sleep 0-1, success",
        "b, sleep 0-1, success",
        "c, sleep 0-1, success"
      ])
      expect([inTurn, atOnce].map(({ duration_ns }) => seconds(duration_ns))).toEqual([3, 1])
    }))

  it.effect("shows an interruption as asked, honoured and cleaned up", () =>
    Effect.gen(function*() {
      const body = Effect.uninterruptible(Effect.sleep("2 seconds")).pipe(
        Effect.zipRight(Effect.never),
        Effect.ensuring(Effect.sleep("3 seconds")),
        Effect.withSpan("protected")
      )
      const timeline = yield* recorded(
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(body)
          yield* Effect.sleep("1 second")
          yield* Fiber.interrupt(fiber)
        })
      )
      expect(violations(timeline)).toEqual([])
      const [fiber] = named(timeline, "protected")
      const [root] = timeline.fibers
      expect(timeline.interruptions).toEqual([
        { fiber: fiber?.id, by: root?.id, why: "asked", asked: second, honoured: 2 * second, cleaned_up: 5 * second }
      ])
      expect(fiber?.outcome).toBe("interrupted")
    }))

  it.effect("names a failed sibling and a timeout as reasons of an interruption", () =>
    Effect.gen(function*() {
      const siblings = yield* recorded(Effect.all([
        Effect.delay(Effect.fail("no"), "1 second").pipe(Effect.withSpan("fails")),
        task("interrupted", "9 seconds")
      ], { concurrency: "unbounded" }))
      expect(violations(siblings)).toEqual([])
      expect(siblings.outcome).toBe("failure")
      const [victim] = named(siblings, "interrupted")
      expect(siblings.interruptions.filter(({ fiber }) => fiber === victim?.id))
        .toMatchObject([{ why: "sibling failed", asked: second, honoured: second, cleaned_up: second }])

      const timeout = yield* recorded(
        Effect.flatMap(Policies, (policies) => policies.of("safe-call").apply(task("slow", "9 seconds"))).pipe(
          Effect.provide(Policies.layerWith({})),
          Effect.exit
        )
      )
      expect(violations(timeout)).toEqual([])
      expect(timeout.events).toMatchObject([{ kind: "attempt", value: 1 }, {
        kind: "timeout",
        at: 5 * second,
        value: 5000
      }])
      expect(timeout.interruptions).toMatchObject([{ why: "timeout", asked: 5 * second, honoured: 5 * second }])
    }))

  it.effect("shows attempts and pauses of a policy, and waits for permits", () =>
    Effect.gen(function*() {
      const retried = yield* recorded(
        Effect.flatMap(Policies, (policies) =>
          policies.of("unreliable").apply(Effect.fail({ _tag: "Down", transient: true }))).pipe(
            Effect.provide(Policies.layerWith({})),
            Effect.exit
          )
      )
      expect(retried.events.map(({ at, kind, value }) => [kind, value, seconds(at)])).toEqual([
        ["attempt", 1, 0],
        ["pause", 1000, 0],
        ["attempt", 2, 1],
        ["pause", 2000, 1],
        ["attempt", 3, 3]
      ])
      expect(retried.policies).toEqual([{
        name: "unreliable",
        policy: { attemptTimeout: "5 seconds", retry: { attempts: 3, backoff: { kind: "linear", base: "1 second" } } }
      }])
      const permits = yield* recorded(
        Effect.flatMap(FairSemaphore.make(1), (semaphore) =>
          Effect.forEach([1, 2], (n) =>
            Effect.withSpan(semaphore.withPermit(Effect.sleep("1 second")), `${n}`), {
            concurrency: "unbounded"
          }))
      )
      expect(violations(permits)).toEqual([])
      expect(lives(permits).slice(-2)).toEqual(["1, sleep 0-1, success", "2, permit 0-1, sleep 1-2, success"])
      const [first, second] = [named(permits, "1")[0]?.id, named(permits, "2")[0]?.id]
      const waits = permits.slices.filter(({ fiber, reason }) =>
        fiber === second && reason?.kind === "permit"
      )
      expect(waits).toMatchObject([{ woken_by: first }])
    }))

  it.effect("keeps of a call its numbers, of the upstream the path and a failed status, and nothing else", () =>
    Effect.gen(function*() {
      const { spans } = yield* recorded(
        Effect.gen(function*() {
          const upstream = yield* Upstream
          yield* Effect.withSpan(calledWith(2, 0.5), "called", {
            attributes: { token: "secret", address: "192.0.2.1" }
          })
          yield* upstream.get("/get?token=secret")
          yield* Effect.flip(upstream.get("/status/503"))
        }).pipe(Effect.provide(ModelledUpstream.layer()))
      )
      expect(spans.map(({ fiber: _, from: _from, to: _to, ...rest }) => rest)).toEqual([
        { name: "called", outcome: "success", arguments: [2, 0.5] },
        { name: "Upstream.get", outcome: "success", path: "/get" },
        { name: "Upstream.get", outcome: "failure", path: "/status/503", status: 503 }
      ])
    }))

  it.effect("leaves the caller as it was, and passes an interruption of the caller on", () =>
    Effect.gen(function*() {
      const clock = yield* Effect.clock
      const recording = yield* FiberRecorder.make("test", "virtual")
      const closed = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        recording.run(Effect.never.pipe(Effect.onInterrupt(() => Deferred.succeed(closed, undefined))))
      )
      yield* Effect.yieldNow()
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
      yield* Deferred.await(closed)
      expect(yield* Effect.clock).toBe(clock)
      expect(recording.timeline().outcome).toBe("interrupted")
    }))

  it.live("by the live clock keeps what is conserved", () =>
    Effect.gen(function*() {
      const recording = yield* FiberRecorder.make("live", "live")
      yield* recording.run(
        Effect.forEach([1, 2, 3, 4, 5, 6], (n) => Effect.withSpan(Effect.sleep(n), `${n}`), { concurrency: 2 })
      )
      const timeline = recording.timeline()
      expect(violations(timeline)).toEqual([])
      expect(timeline.outcome).toBe("success")
      expect(timeline.slices.some(({ state }) => state === "running")).toBe(true)
    }))
})
