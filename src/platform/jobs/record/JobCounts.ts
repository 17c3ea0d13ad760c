import { Duration, Effect, Schema } from "effect"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import * as Query from "../../sql/Query.ts"
import { JobState } from "../Job.ts"

const Counted = Schema.Struct({
  kind: Schema.String,
  state: JobState,
  jobs: Schema.Int,
  last: Schema.Int,
  due: Schema.Int
})

/** Jobs that one statement counts, in about a millisecond of the event loop. */
const page = 1000

/** Time for which counts are cached. */
const fresh = Duration.seconds(5)

export interface JobCount {
  readonly kind: string
  readonly state: JobState
  readonly jobs: number
  /** Time at which the first of them was or will be due, in milliseconds since the epoch. */
  readonly due: number
}

/** Counts the jobs by kind and state, a bounded page at a time, at most once in five seconds. */
export const jobCounts: Effect.Effect<Effect.Effect<ReadonlyArray<JobCount>>, never, Database> = Effect.gen(
  function*() {
    const { reader } = yield* Database
    const counted = Query.findAll({
      Request: Schema.Int,
      Result: Counted,
      execute: (after) =>
        reader`
        SELECT kind, state, COUNT(*) AS jobs, MAX(id) AS last, MIN(due_at) AS due
        FROM (SELECT id, kind, state, due_at FROM jobs WHERE id > ${after} ORDER BY id LIMIT ${page} + 0) AS one_page
        GROUP BY kind, state`
    })

    const count = Effect.gen(function*() {
      const counts = new Map<string, JobCount>()
      let after: number | undefined = 0
      while (after !== undefined) {
        const rows: ReadonlyArray<typeof Counted.Type> = yield* orDefect(counted(after))
        for (const { due, jobs, kind, state } of rows) {
          const known = counts.get(`${state} ${kind}`) ?? { jobs: 0, due }
          counts.set(`${state} ${kind}`, { kind, state, jobs: known.jobs + jobs, due: Math.min(known.due, due) })
        }
        const isLast = rows.reduce((sum, { jobs }) => sum + jobs, 0) < page
        after = isLast ? undefined : Math.max(...rows.map(({ last }) => last))
        // Yields a turn of the event loop to other work.
        yield* Effect.sleep(0)
      }
      return [...counts.values()]
    })

    return yield* Effect.cachedWithTTL(count, fresh)
  }
)
