import { Cause, Clock, Console, DateTime, Effect, Either } from "effect"
import type { FigureResult, Results } from "../report/Results.ts"
import { block, head } from "../report/table.ts"
import { Bench } from "./Bench.ts"
import { machine } from "./machine.ts"
import type { Row } from "./Row.ts"
import { runRow } from "./run.ts"

/** Milliseconds of all rows together. */
const longest = 600_000
/** Milliseconds of one row, so that a server that hangs does not take the others' time. */
const longestRow = 180_000

/** Measures a row, or reports why it could not be measured in the remaining time. */
const attempt = (row: Row, left: number) =>
  left <= 0
    ? Effect.succeed(Either.left("the ten minutes were over before it began"))
    : runRow(row).pipe(
      Effect.timeoutFail({
        duration: Math.min(left, longestRow),
        onTimeout: () => new Error("it was not done in its time")
      }),
      Effect.sandbox,
      Effect.mapError(Cause.pretty),
      Effect.either
    )

/**
 * Measures rows one after the other and prints each when done. A row that cannot be measured does not stop the others.
 */
export const measure = Effect.fnUntraced(function*(rows: ReadonlyArray<Row>) {
  const { rounds, seconds } = yield* Bench
  const began = yield* Clock.currentTimeMillis
  const figures: Array<FigureResult> = []
  const broken: Array<Results["broken"][number]> = []
  yield* Console.log(`\n${head}`)
  for (const row of rows) {
    const done = yield* attempt(row, began + longest - (yield* Clock.currentTimeMillis))
    if (Either.isLeft(done)) {
      broken.push({ row: row.name, why: done.left })
      yield* Console.log(`\n${row.title}\nNOT MEASURED: ${done.left}`)
    } else {
      figures.push(...done.right)
      for (const result of done.right) yield* Console.log(`\n${block(result)}`)
    }
  }
  return {
    machine: yield* machine,
    began: DateTime.formatIso(DateTime.unsafeMake(began)),
    rounds,
    seconds,
    figures,
    broken
  } satisfies Results
})
