import { expect, it } from "@effect/vitest"
import { Context, Effect, Layer, Option } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import { type Limits, Recorder } from "../../../src/platform/recorder/Recorder.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import * as TestDatabase from "../../support/Database.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { activity, refused, Task } from "../jobs/tasks.ts"

const limits: Limits = { memory: 1 << 20, sampling: { perSecond: 10, share: 0 }, unsampled: [] }

/** Jobs of one kind, and their recordings. */
const recording = (kind: Job.JobKind, sampling = limits.sampling) =>
  TestJobs.over([kind]).pipe(
    Layer.provideMerge(Recorder.layer({ ...limits, sampling })),
    Layer.provide(Layer.effectDiscard(TestJobs.begin)),
    Layer.provide(TestDatabase.layer),
    Layer.build,
    Effect.map((context) => ({ jobs: Context.get(context, Jobs), recorder: Context.get(context, Recorder) }))
  )

it.scoped("each run of a job has a timeline with its activities, named by the kind", () =>
  Effect.gen(function*() {
    const { jobs, recorder } = yield* recording(Job.kind(Task, [
      activity("slow", () => Effect.withSpan(Effect.sleep("2 seconds"), "slow")),
      activity("fast", () => Effect.withSpan(Effect.sleep("1 second"), "fast"))
    ]))
    yield* jobs.enqueue(Task, { n: 1 })
    yield* TestJobs.settled
    expect(recorder.list({})).toMatchObject([{ kind: "job", name: "task", route: "/jobs/1", outcome: "running" }])
    yield* TestJobs.pass("2 seconds")
    const [summary] = recorder.list({ kind: "job" })
    expect(summary).toMatchObject({ outcome: "success", duration_ns: 2_000_000_000, status: null })
    const timeline = yield* recorder.get(summary?.id ?? "")
    expect(violations(timeline)).toEqual([])
    expect(timeline.id).toMatch(/^[0-9a-f]{32}$/)
    expect(timeline.fibers[0]?.name).toBe("task")
    const activities = timeline.spans.filter(({ name }) => name === "slow" || name === "fast")
    expect(activities.map(({ from, name, to }) => [name, (to - from) / 1e9])).toEqual([["slow", 2], ["fast", 1]])
  }))

it.scoped("a job that failed says so, and a run that is not chosen has no timeline", () =>
  Effect.gen(function*() {
    const { jobs, recorder } = yield* recording(Job.kind(Task, [activity("fails", () => refused)]), {
      perSecond: 1,
      share: 0
    })
    yield* jobs.enqueue(Task, { n: 1 })
    yield* jobs.enqueue(Task, { n: 2 })
    yield* TestJobs.pass("1 minute")
    expect(recorder.list({})).toMatchObject([{ outcome: "failure" }])
    expect(recorder.figures().recorded).toEqual({ request: 0, job: 1, experiment: 0 })
    expect(Option.isSome(recorder.summary(recorder.list({})[0]?.id ?? ""))).toBe(true)
  }))
