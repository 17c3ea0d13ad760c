import { Clock, Data, DateTime, Duration, Effect, Ref, Schema } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import type { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import type { Policy } from "../../../src/policy/Policy.ts"
import * as TestJobs from "../../support/Jobs.ts"

export const Task = Job.type("task", Schema.Struct({ n: Schema.Number }))

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly message: string }> {
  readonly transient = true
}

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

/** A transient failure. */
export const unavailable = new Unavailable({ message: "451 try later" })

/** A permanent failure. */
export const refused = new Refused({ message: "550 no such user" })

type Run = Job.Activity<{ readonly n: number }>["run"]

/** An activity of a task, under the policy of the test. */
export const activity = (name: string, run: Run, undo?: Run): Job.Activity<{ readonly n: number }> => ({
  name,
  policy: "upstream",
  run,
  ...(undo && { undo })
})

/** Three attempts, the second after a second and the third after two more. */
export const handbookRetry: Policy = {
  retry: { attempts: 3, backoff: { kind: "linear", base: Duration.seconds(1) } }
}

/** Records moments in milliseconds since the beginning; `note` returns their number. */
export const moments = Effect.gen(function*() {
  const seen = yield* Ref.make<ReadonlyArray<number>>([])
  const note = Effect.flatMap(
    Clock.currentTimeMillis,
    (now) => Ref.modify(seen, (all) => [all.length + 1, [...all, now - DateTime.toEpochMillis(TestJobs.began)]])
  )
  return { note, seen: Ref.get(seen) }
})

/** A task that is unavailable until the given attempt, with the moments of its attempts. */
export const flaky = (until: number) =>
  Effect.map(moments, ({ note, seen }) => ({
    kind: Job.kind(Task, [
      activity("flaky", () => Effect.flatMap(note, (attempt) => attempt < until ? unavailable : Effect.void))
    ]),
    seen
  }))

/** Records notes in order. */
export const notes = Effect.map(Ref.make<ReadonlyArray<string>>([]), (lines) => ({
  note: (line: string) => Ref.update(lines, (all) => [...all, line]),
  noted: Ref.get(lines)
}))

/** The states of all jobs, newest first. */
export const states = (jobs: Jobs["Type"]) =>
  Effect.map(
    jobs.list({ state: undefined, kind: undefined, limit: 10, after: undefined }),
    (all) => all.map(({ state }) => state)
  )
