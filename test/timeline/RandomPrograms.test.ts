import { describe, expect, it } from "@effect/vitest"
import {
  Cause,
  Chunk,
  Clock,
  Config,
  Deferred,
  Effect,
  Exit,
  FastCheck,
  Fiber,
  FiberRef,
  HashSet,
  Queue,
  Stream
} from "effect"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { violations } from "../../src/timeline/conservation.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import type { Timeline } from "../../src/timeline/Timeline.ts"

/** A program whose leaves note their times themselves. */
type Program =
  | { readonly kind: "leaf"; readonly millis: number; readonly ends: "well" | "failure" | "defect" }
  | { readonly kind: "turn" | "never" }
  | { readonly kind: "all" | "stream"; readonly concurrency: number; readonly parts: ReadonlyArray<Program> }
  | { readonly kind: "race" | "fork" | "forget" | "signal" | "queue"; readonly parts: readonly [Program, Program] }
  | { readonly kind: "timeout" | "plug" | "await" | "disconnect"; readonly millis: number; readonly part: Program }
  | { readonly kind: "protected" | "permit" | "scoped" | "cleaned"; readonly part: Program }

const millis = FastCheck.integer({ min: 0, max: 5 })

const { program } = FastCheck.letrec<{ readonly program: Program }>((tie) => {
  const part = tie("program")
  const pair = FastCheck.tuple(part, part)
  return {
    program: FastCheck.oneof(
      { maxDepth: 4, withCrossShrink: true },
      {
        weight: 3,
        arbitrary: FastCheck.record({
          kind: FastCheck.constant("leaf" as const),
          millis,
          ends: FastCheck.constantFrom("well" as const, "well" as const, "failure" as const, "defect" as const)
        })
      },
      { weight: 1, arbitrary: FastCheck.record({ kind: FastCheck.constant("turn" as const) }) },
      {
        weight: 3,
        arbitrary: FastCheck.record({
          kind: FastCheck.constantFrom("all" as const, "stream" as const),
          concurrency: FastCheck.integer({ min: 1, max: 4 }),
          parts: FastCheck.array(part, { maxLength: 4 })
        })
      },
      {
        weight: 4,
        arbitrary: FastCheck.record({
          kind: FastCheck.constantFrom(
            "race" as const,
            "fork" as const,
            "forget" as const,
            "signal" as const,
            "queue" as const
          ),
          parts: pair
        })
      },
      {
        weight: 4,
        arbitrary: FastCheck.record({
          kind: FastCheck.constantFrom("timeout" as const, "plug" as const, "await" as const, "disconnect" as const),
          millis,
          part
        })
      },
      {
        weight: 3,
        arbitrary: FastCheck.record({
          kind: FastCheck.constantFrom("protected" as const, "permit" as const, "scoped" as const, "cleaned" as const),
          part
        })
      }
    )
  }
})

/** The independent bookkeeping: a leaf by its number, with its times in milliseconds, and how it ended. */
interface Leaf {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly outcome: "success" | "failure" | "defect" | "interrupted"
  /** Interruptions of its fiber by then. */
  readonly interruptors: number
}

const outcomeOf = (exit: Exit.Exit<unknown, string>): Leaf["outcome"] => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.isInterruptedOnly(exit.cause)) return "interrupted"
  return Chunk.isEmpty(Cause.defects(exit.cause)) ? "failure" : "defect"
}

class Run {
  readonly leaves: Array<Leaf> = []
  /** Milliseconds for which permits were waited for. */
  waited = 0
  private count = 0
  private readonly permits: FairSemaphore.FairSemaphore

  constructor(permits: FairSemaphore.FairSemaphore) {
    this.permits = permits
  }

  of(program: Program, holds = false): Effect.Effect<unknown, string> {
    switch (program.kind) {
      case "leaf":
        return this.leaf(program)
      case "turn":
        return Effect.yieldNow()
      case "never":
        return Effect.never
      case "all":
        return Effect.all(program.parts.map((part) => this.of(part, holds)), {
          concurrency: program.concurrency === 4 ? "unbounded" : program.concurrency
        })
      case "stream":
        return Stream.fromIterable(program.parts).pipe(
          Stream.mapEffect((part) => this.of(part, holds), { concurrency: program.concurrency, unordered: true }),
          Stream.runDrain
        )
      case "race":
        return Effect.race(this.of(program.parts[0], holds), this.of(program.parts[1], holds))
      case "fork":
        return Effect.flatMap(
          Effect.fork(this.of(program.parts[0], holds)),
          (fiber) => Effect.zipRight(this.of(program.parts[1], holds), Fiber.join(fiber))
        )
      case "forget":
        return Effect.zipRight(Effect.fork(this.of(program.parts[0], holds)), this.of(program.parts[1], holds))
      case "signal":
        return Effect.flatMap(Deferred.make<void>(), (signal) =>
          Effect.zipRight(
            Effect.fork(Effect.ensuring(this.of(program.parts[0], holds), Deferred.succeed(signal, undefined))),
            Effect.zipRight(Deferred.await(signal), this.of(program.parts[1], holds))
          ))
      case "queue":
        return Effect.flatMap(Queue.unbounded<number>(), (queue) =>
          Effect.zipRight(
            Effect.fork(Effect.ensuring(this.of(program.parts[0], holds), Queue.offer(queue, 1))),
            Effect.zipRight(Queue.take(queue), this.of(program.parts[1], holds))
          ))
      case "timeout":
        return Effect.timeoutOption(this.of(program.part, holds), program.millis)
      case "plug":
        return Effect.flatMap(
          Effect.fork(this.of(program.part, holds)),
          (fiber) => Effect.zipRight(Effect.sleep(program.millis), Fiber.interrupt(fiber))
        )
      case "await":
        return Effect.flatMap(
          Effect.forkDaemon(this.of(program.part, holds)),
          (fiber) =>
            Effect.timeoutOption(
              Effect.onInterrupt(Fiber.join(fiber), () => Fiber.interrupt(fiber)),
              program.millis
            )
        )
      case "disconnect":
        return Effect.timeoutOption(Effect.disconnect(this.of(program.part, holds)), program.millis)
      case "protected":
        return Effect.uninterruptible(this.of(program.part, holds))
      case "scoped":
        return Effect.scoped(Effect.zipRight(
          Effect.acquireRelease(Effect.sleep(1), () => Effect.sleep(1)),
          this.of(program.part, holds)
        ))
      case "cleaned":
        return Effect.ensuring(this.of(program.part, holds), Effect.sleep(1))
      case "permit":
        // a second permit of the same part might wait for the first for ever
        return holds ? this.of(program.part, holds) : this.permit(this.of(program.part, true))
    }
  }

  private leaf({ ends, millis }: Extract<Program, { readonly kind: "leaf" }>): Effect.Effect<void, string> {
    return Effect.suspend(() => {
      const name = `leaf ${++this.count}`
      const end = ends === "well" ? Effect.void : ends === "failure" ? Effect.fail("no") : Effect.die("no")
      return Effect.flatMap(
        Clock.currentTimeMillis,
        (from) =>
          Effect.onExit(
            Effect.withSpan(Effect.zipRight(Effect.sleep(millis), end), name),
            (exit) =>
              Effect.zipWith(
                Clock.currentTimeMillis,
                FiberRef.get(FiberRef.interruptedCause),
                (to, cause) => {
                  const interruptors = HashSet.size(Cause.interruptors(cause))
                  this.leaves.push({ name, from, to, outcome: outcomeOf(exit), interruptors })
                }
              )
          )
      )
    })
  }

  private permit(effect: Effect.Effect<unknown, string>): Effect.Effect<unknown, string> {
    return Effect.flatMap(Clock.currentTimeMillis, (asked) => {
      let hasBegun = false
      const begun = (now: number) => {
        if (!hasBegun) this.waited += now - asked
        hasBegun = true
      }
      return this.permits.withPermit(Effect.zipRight(Effect.map(Clock.currentTimeMillis, begun), effect)).pipe(
        Effect.ensuring(Effect.map(Clock.currentTimeMillis, begun)),
        Effect.catchTag("PolicyRefused", Effect.die)
      )
    })
  }
}

const recorded = (program: Program, clock: "live" | "virtual") =>
  Effect.gen(function*() {
    const run = new Run(yield* FairSemaphore.make(2))
    const recorder = yield* FiberRecorder.make("random", clock)
    const began = yield* Clock.currentTimeMillis
    const exit = yield* recorder.run(run.of(program))
    const took = (yield* Clock.currentTimeMillis) - began
    return { exit, leaves: [...run.leaves], waited: run.waited, took, timeline: recorder.recording.timeline() }
  })

const nanosPerMilli = 1_000_000

const lengthOf = ({ slices }: Timeline, kind: string): number =>
  slices.reduce((sum, { from, reason, to }) => reason?.kind === kind ? sum + to - from : sum, 0)

/** Lists leaves whose fibers knew of more interruptions than the timeline does. */
const unasked = ({ interruptions, spans }: Timeline, leaves: ReadonlyArray<Leaf>): ReadonlyArray<string> =>
  leaves.flatMap(({ interruptors, name }) => {
    const { fiber, to = 0 } = spans.find((span) => span.name === name) ?? {}
    const asked = interruptions.filter((one) => one.fiber === fiber && one.asked <= to)
    return asked.length < interruptors ? [name] : []
  })

const byName = (one: { readonly name: string }, other: { readonly name: string }) => one.name < other.name ? -1 : 1

const setting = (name: string, fallback: number) =>
  Effect.runSync(Config.integer(name).pipe(Config.withDefault(fallback)))

const seed = setting("SEED", 2026)
const cases = setting("CASES", 50)

const holds = <E>(check: (program: Program) => Effect.Effect<void, E>, numRuns: number) =>
  Effect.promise(() =>
    FastCheck.assert(
      FastCheck.asyncProperty(program, (one) => Effect.runPromise(check(one))),
      { numRuns, seed }
    )
  )

describe("the recording of any program", () => {
  it.live(
    "in virtual time breaks no law, and agrees exactly with the notes of its leaves",
    () =>
      holds((program) =>
        Effect.gen(function*() {
          const virtual = yield* runVirtual(recorded(program, "virtual"), { seed: 1 })
          const { leaves, timeline, took, waited } = yield* virtual.exit
          expect(violations(timeline).join("; ")).toBe("")
          // Effect.all may end before an item, if another one fails (it counts that one twice)
          const spans = timeline.spans.filter(({ name, outcome }) => name.startsWith("leaf") && outcome !== "running")
          expect(spans.map(({ from, name, outcome, to }) => ({ from, name, outcome, to })).toSorted(byName)).toEqual(
            leaves
              .map(({ from, name, outcome, to }) => ({
                from: from * nanosPerMilli,
                name,
                outcome,
                to: to * nanosPerMilli
              }))
              .toSorted(byName)
          )
          expect(lengthOf(timeline, "permit")).toBe(waited * nanosPerMilli)
          expect(unasked(timeline, leaves)).toEqual([])
          expect(timeline.duration_ns).toBe(took * nanosPerMilli)
          // streams hold back by semaphores of Effect, which name no reason
          if (!JSON.stringify(program).includes("stream")) expect(lengthOf(timeline, "unknown")).toBe(0)
        }), cases),
    60_000
  )

  it.live(
    "in live time breaks no law, and encloses what its leaves noted",
    () =>
      holds((program) =>
        Effect.gen(function*() {
          const { exit, leaves, timeline } = yield* recorded(program, "live")
          expect(violations(timeline).join("; ")).toBe("")
          expect(timeline.outcome).toBe(outcomeOf(exit))
          const spans = new Map(timeline.spans.map((span) => [span.name, span]))
          for (const { name, outcome } of leaves) expect([name, spans.get(name)?.outcome]).toEqual([name, outcome])
          expect(unasked(timeline, leaves)).toEqual([])
        }), Math.ceil(cases / 5)),
    60_000
  )
})
