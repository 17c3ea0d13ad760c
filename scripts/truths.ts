import { Console, Data, Effect } from "effect"
import { commandLine } from "./command/commandLine.ts"
import { liveRuns } from "./truths/liveRuns.ts"
import { serverRuns } from "./truths/serverRuns.ts"
import { table } from "./truths/table.ts"
import { holds } from "./truths/Truth.ts"
import { virtualRuns } from "./truths/virtualRuns.ts"

/** A figure of a timeline disagrees with one that was taken without it. */
class Contradicted extends Data.TaggedError("Contradicted")<{ readonly message: string }> {}

// `npm run timeline:truths`: figures of timelines beside the same ones taken without them
commandLine(Effect.gen(function*() {
  const truths = (yield* Effect.all([virtualRuns, liveRuns, serverRuns], { concurrency: 1 })).flat()
  for (const line of table(truths)) yield* Console.log(line)
  const wrong = truths.filter((truth) => !holds(truth)).length
  if (wrong > 0) return yield* new Contradicted({ message: `${wrong} figures are contradicted` })
}))
