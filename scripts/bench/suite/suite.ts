import { Cause, Clock, Console, DateTime, Effect, Either } from "effect"
import type { FigureResult, Results } from "../report/Results.ts"
import { block, head } from "../report/table.ts"
import { Bench } from "./Bench.ts"
import { machine } from "./machine.ts"
import type { Row } from "./Row.ts"
import { runRow } from "./run.ts"

/** Milliseconds after which no further row begins, nor another round of one: the one under way takes less than what is left of ten minutes. */
const longest = 540_000

/** Of a row: a server that hangs must not hold up the others. */
const longestRow = "3 minutes"

/** Measures rows one after the other and prints each as it is done; one that cannot be measured does not keep the others from it. */
export const measure = Effect.fnUntraced(function*(rows: ReadonlyArray<Row>) {
  const { generator, rounds, seconds } = yield* Bench
  const began = yield* Clock.currentTimeMillis
  const figures: Array<FigureResult> = []
  const broken: Array<Results["broken"][number]> = []
  yield* Console.log(`\n${head}`)
  for (const row of rows) {
    const isLate = (yield* Clock.currentTimeMillis) - began > longest
    const done = isLate
      ? Either.left("the time was over before it began")
      : yield* runRow(row, began + longest).pipe(
        Effect.timeout(longestRow),
        Effect.sandbox,
        Effect.mapError((cause) => Cause.pretty(cause)),
        Effect.either
      )
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
    load: generator,
    rounds,
    seconds,
    figures,
    broken
  } satisfies Results
})
