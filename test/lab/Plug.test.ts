import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Lab } from "../../src/lab/Lab.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import type { FiberLine, Timeline } from "../../src/timeline/Timeline.ts"
import * as TestLab from "../support/lab.ts"
import { turn } from "../support/turn.ts"

const live = { excludeTestServices: true } as const

const timelineOf = (id: string) => Effect.flatMap(Recorder, ({ get }) => get(id))

/** Waits until the recording of an experiment shows something. */
const shows = <A>(id: string, find: (timeline: Timeline) => A | undefined) =>
  Effect.iterate<A | undefined, Recorder, never>(undefined, {
    while: (found) => found === undefined,
    body: () => Effect.zipLeft(Effect.map(Effect.orDie(timelineOf(id)), find), turn)
  }).pipe(Effect.flatMap(Effect.fromNullable), Effect.orDie)

/** Finds a fiber that is in a wait of some kind and has not ended. */
const waiting = (kind: string) => ({ fibers, slices }: Timeline): FiberLine | undefined => {
  const last = new Map(slices.map((slice) => [slice.fiber, slice]))
  return fibers.find(({ id, outcome }) => outcome === "running" && last.get(id)?.reason?.kind === kind)
}

layer(TestLab.layer(), live)("the plug", (it) => {
  it.effect("ends one item, whose permit wakes the next; a commit resists", () =>
    Effect.gen(function*() {
      const lab = yield* Lab
      const id = yield* lab.start({
        chapter: "semaphore",
        way: "right",
        knobs: { tasks: 4, permits: 1, work: 1, disk: 200 }
      })
      const { id: fiber } = yield* shows(id, waiting("commit"))
      yield* lab.interrupt(id, fiber)
      const ended = yield* TestLab.reaches(id, ({ state }) => state === "ended")
      const { fibers, interruptions, slices } = yield* timelineOf(id)
      const pulled = interruptions.find((one) => one.fiber === fiber)
      expect(pulled).toMatchObject({ why: "plug pulled", by: null })
      expect(pulled?.cleaned_up).toBeGreaterThan(pulled?.asked ?? Infinity)
      expect(fibers.find((one) => one.id === fiber)?.outcome).toBe("interrupted")
      const woken = slices.filter((slice) => slice.reason?.kind === "permit" && slice.woken_by === fiber)
      expect(woken).toHaveLength(1)
      expect(ended.outcome).toBe("success")
    }))

  it.effect("of a client ends all of its items: threads are stopped, commits finish, and the other client goes on", () =>
    Effect.gen(function*() {
      const lab = yield* Lab
      const knobs = { tasks: 6, permits: 2, work: 50, disk: 200 }
      const id = yield* lab.start({ chapter: "semaphore", way: "right", knobs })
      const alice = yield* shows(id, (timeline) => {
        const client = timeline.fibers.find(({ name }) => name === "Alice")
        const computes = timeline.slices.some(({ fiber, reason }) =>
          reason?.kind === "worker" && reason.thread !== undefined &&
          timeline.fibers.find((one) => one.id === fiber)?.parent === client?.id
        )
        return computes ? client : undefined
      })
      yield* lab.interrupt(id, alice.id)
      const { figures } = yield* TestLab.reaches(id, ({ state }) => state === "ended")
      const { fibers, interruptions } = yield* timelineOf(id)
      const outcomesOf = (name: string) =>
        fibers.filter((one) => one.name.startsWith(`${name} `)).map(({ outcome }) => outcome)
      expect(outcomesOf("Bob")).toEqual(["success", "success"])
      expect(outcomesOf("Alice")).toContain("interrupted")
      const children = new Set(fibers.filter(({ parent }) => parent === alice.id).map((one) => one.id))
      const reached = interruptions.filter(({ fiber }) => children.has(fiber))
      expect(reached.length).toBeGreaterThan(0)
      for (const one of reached) {
        expect(one).toMatchObject({ why: "plug pulled" })
        expect(one.cleaned_up).not.toBeNull()
      }
      expect(figures.tasks.succeeded).toBeGreaterThanOrEqual(2)
      expect(figures.tasks.succeeded).toBeLessThan(6)
    }))

  it.effect("is refused for an unknown experiment, an unknown fiber and a fiber that has ended", () =>
    Effect.gen(function*() {
      const lab = yield* Lab
      const unknown = "0".repeat(32)
      expect(yield* Effect.flip(lab.interrupt(unknown, 1))).toMatchObject({ _tag: "ExperimentNotFound", id: unknown })
      const { id } = yield* TestLab.ended({ chapter: "parallel", way: "right", knobs: { tasks: 1, latency: 10 } })
      const { fibers: [root] } = yield* timelineOf(id)
      expect(yield* Effect.flip(lab.interrupt(id, root?.id ?? -1))).toMatchObject({ _tag: "FiberEnded" })
      expect(yield* Effect.flip(lab.interrupt(id, -1))).toMatchObject({ _tag: "FiberNotFound", fiber: -1 })
    }))

  it.effect("of all fibers is pulled by a stop, whose figures stay", () =>
    Effect.gen(function*() {
      const lab = yield* Lab
      const id = yield* lab.start({ chapter: "blocking", way: "right", knobs: { tasks: 2, latency: 1_000 } })
      yield* shows(id, waiting("sleep"))
      yield* lab.stop(id)
      const { figures, outcome } = yield* TestLab.reaches(id, ({ state }) => state === "ended")
      expect([outcome, figures.tasks]).toEqual(["interrupted", { asked: 2, succeeded: 0, failed: 0 }])
      const { interruptions } = yield* timelineOf(id)
      expect(new Set(interruptions.map(({ why }) => why))).toEqual(new Set(["cancelled"]))
      expect((yield* lab.stop(id)).outcome).toBe("interrupted")
    }))
})
