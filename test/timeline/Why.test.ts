import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Queue } from "effect"
import * as FairSemaphore from "../../src/policy/FairSemaphore.ts"
import type { PolicyRefused } from "../../src/policy/PolicyRefused.ts"
import { runVirtual } from "../../src/simulation/VirtualClock.ts"
import { blame } from "../../src/timeline/blame.ts"
import { criticalPath } from "../../src/timeline/criticalPath.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import { type Reason, type Timeline, version } from "../../src/timeline/Timeline.ts"
import { why } from "../../src/timeline/why.ts"
import { texts } from "../../src/timeline/whyTexts.ts"

const recorded = (effect: Effect.Effect<unknown, string | PolicyRefused>): Effect.Effect<Timeline> =>
  runVirtual(
    Effect.flatMap(FiberRecorder.make("run", "virtual"), (recording) =>
      Effect.map(recording.run(Effect.withSpan(effect, "root")), () => recording.timeline())),
    { seed: 1 }
  ).pipe(
    Effect.flatMap(({ exit }) =>
      exit
    ),
    Effect.orDie
  )

const task = (name: string, seconds: number) => Effect.withSpan(Effect.sleep(seconds * 1000), name)

/** A path has no gap and no overlap, from the start of the run to its end. */
const isWhole = (timeline: Timeline) => {
  let at = timeline.fibers[0]?.from ?? -1
  for (const { from, to } of criticalPath(timeline)) {
    expect(from).toBe(at)
    at = to
  }
  expect(at).toBe(timeline.fibers[0]?.to)
}

describe("the critical path", () => {
  it.effect("of tasks at once is the slowest one, and of tasks in turn all of them", () =>
    Effect.gen(function*() {
      const tasks = [task("one", 1), task("three", 3), task("two", 2)]
      const atOnce = yield* recorded(Effect.all(tasks, { concurrency: "unbounded" }))
      const inTurn = yield* recorded(Effect.zipRight(Effect.all(tasks, { concurrency: "unbounded" }), task("last", 1)))
      isWhole(atOnce)
      isWhole(inTurn)
      expect(why(atOnce)).toBe("took 3 s: 3 s asleep in three")
      expect(why(inTurn)).toBe("took 4 s: 3 s asleep in three, 1 s asleep in root")
    }))

  it.effect("names a wait for a permit, and not the fiber that holds it, as the time of the one that waits", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.flatMap(
          FairSemaphore.make(1),
          (semaphore) =>
            Effect.forEach(["a", "b"], (name) => semaphore.withPermit(Effect.sleep(1000)).pipe(Effect.withSpan(name)), {
              concurrency: "unbounded",
              discard: true
            })
        )
      )
      isWhole(timeline)
      expect(why(timeline)).toBe("took 2 s: 1 s behind the permits (place 1, held by a), 1 s asleep in b")
    }))

  it.effect("of a run that failed ends with the failure", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(
        Effect.all([task("long", 9), Effect.zipRight(task("short", 1), Effect.fail("no"))], {
          concurrency: "unbounded"
        })
      )
      isWhole(timeline)
      expect(why(timeline)).toBe("took 1 s: 1 s asleep in short")
    }))

  it.effect("leads through a signal and a queue to the fiber that gave them", () =>
    Effect.gen(function*() {
      const timeline = yield* recorded(Effect.gen(function*() {
        const [signal, queue] = [yield* Deferred.make<void>(), yield* Queue.unbounded<number>()]
        yield* Effect.fork(Effect.zipRight(task("worker", 1), Deferred.succeed(signal, undefined)))
        yield* Effect.fork(Effect.zipRight(task("source", 3), Queue.offer(queue, 1)))
        yield* Deferred.await(signal)
        yield* Queue.take(queue)
      }))
      isWhole(timeline)
      expect(why(timeline)).toBe("took 3 s: 2 s asleep in source, 1 s asleep in worker")
    }))
})

const second = 1_000_000_000

/** A run with one wait of each kind that a sentence explains, and a stall of another fiber. */
const eventful: Timeline = {
  version,
  id: "0".repeat(32),
  name: "run",
  clock: "live",
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ns: 4 * second,
  outcome: "success",
  fibers: [
    { id: 1, parent: null, name: "root", from: 0, to: 4 * second, outcome: "success" },
    { id: 12, parent: 1, name: "#12", from: 0, to: 4 * second, outcome: "success" },
    { id: 18, parent: 1, name: "#18", from: 0, to: 4 * second, outcome: "success" }
  ],
  slices: [
    { fiber: 1, from: 0, to: 0.9 * second, state: "waiting", reason: { kind: "pause", milliseconds: 900 } },
    {
      fiber: 1,
      from: 0.9 * second,
      to: 1.5 * second,
      state: "waiting",
      reason: { kind: "permit", policy: "batch", place: 3, holders: [12] }
    },
    // wakes too late, because #18 keeps the loop
    { fiber: 1, from: 1.5 * second, to: 2 * second, state: "waiting", reason: { kind: "sleep", milliseconds: 100 } },
    { fiber: 1, from: 2 * second, to: 3.5 * second, state: "waiting", reason: { kind: "commit", group: 7 } },
    { fiber: 1, from: 3.5 * second, to: 4 * second, state: "running" }
  ],
  spans: [],
  events: [
    { fiber: 1, at: 0, kind: "attempt", value: 1, policy: "unreliable" },
    { fiber: 1, at: 0.9 * second, kind: "attempt", value: 2, policy: "unreliable" }
  ],
  interruptions: [],
  commits: [{ group: 7, from: 2 * second, to: 3.5 * second, fibers: [1], others: 3 }],
  loop_stalls: [{
    from: 1.55 * second,
    to: 2 * second,
    fiber: 18,
    name: "#18",
    victims: [
      { timeline: null, fiber: 12, name: "#12", stolen_ns: 1 },
      { timeline: null, fiber: 1, name: "root", stolen_ns: 0.4 * second }
    ]
  }],
  lost: { fibers: 0, spans: 0, events: false },
  recorded_in_ns: 0
}

describe("the sentence", () => {
  it("tells reasons with their data, in English and in French", () => {
    expect(why(eventful)).toBe(
      "took 4 s: 1.5 s for commit 7 to reach the disk, shared with 3 other changes, " +
        "0.9 s pause of the policy unreliable before attempt 2, " +
        "0.6 s behind the permits of batch (place 3, held by #12), 0.5 s running in root, " +
        "0.4 s behind #18, which kept the event loop"
    )
    expect(why(eventful, "fr")).toBe(
      "a pris 4 s : 1,5 s pour que le commit 7 soit sur le disque, partagé avec 3 autres changements, " +
        "0,9 s de pause de la politique unreliable avant la tentative 2, " +
        "0,6 s derrière les permis de batch (place 3, tenus par #12), 0,5 s d'exécution dans root, " +
        "0,4 s derrière #18, qui gardait la boucle d'événements"
    )
  })

  it("has words for each reason in both languages", () => {
    const reasons: ReadonlyArray<Reason> = [
      { kind: "sleep", milliseconds: 1 },
      { kind: "pause", milliseconds: 1 },
      { kind: "join", fiber: 12 },
      { kind: "permit" },
      { kind: "turn" },
      { kind: "commit" },
      { kind: "worker", queue: "CPU pool" },
      { kind: "worker", queue: "CPU pool", thread: 2 },
      { kind: "upstream", url: "/delay/1", attempt: 2 },
      { kind: "queue" },
      { kind: "signal", name: "cancellation" },
      { kind: "socket", name: "request body" },
      { kind: "file" },
      { kind: "mail" },
      { kind: "unknown" }
    ]
    const told = (["en", "fr"] as const).flatMap((language) =>
      reasons.map((reason) => texts[language].reason(reason, (fiber) => `#${fiber}`, {}))
    )
    expect(new Set(told).size).toBe(told.length)
    for (const text of told) expect(text).not.toMatch(/undefined/)
  })
})

describe("blame", () => {
  it("tells who kept the loop from whom, and who shared a commit, in order of time", () => {
    expect(blame(eventful)).toEqual([
      {
        kind: "stall",
        from: 1.55 * second,
        to: 2 * second,
        fiber: 18,
        name: "#18",
        stolen_ns: 0.4 * second + 1,
        victims: [
          { timeline: null, fiber: 1, name: "root", stolen_ns: 0.4 * second },
          { timeline: null, fiber: 12, name: "#12", stolen_ns: 1 }
        ]
      },
      {
        kind: "commit",
        from: 2 * second,
        to: 3.5 * second,
        group: 7,
        others: 3,
        fibers: [{ fiber: 1, name: "root", waited_ns: 1.5 * second }]
      }
    ])
  })
})
