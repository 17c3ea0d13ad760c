import { Data, Effect } from "effect"
import { newTraceId } from "../../../src/domain/TraceIds.ts"
import { type Answer, ask } from "../../harness/client.ts"
import { median } from "../report/statistics.ts"

/** An answer that is none of the operation, or does not say how long it took. */
class Untimed extends Data.TaggedError("Untimed")<{ readonly message: string }> {}

/** Microseconds from the request's arrival to its answer. */
const totalOf = ({ headers, status }: Answer): number | undefined => {
  const found = /(?:^|, )total;dur=([\d.]+)/.exec(String(headers["server-timing"]))?.[1]
  return status === 200 && found !== undefined ? Number(found) * 1000 : undefined
}

/**
 * Measures how much longer recorded requests take, in microseconds from arrival to answer, where only one of `each`
 * is recorded. The processor's caches hold little of the recorder's code then. Requests come one after the other, so
 * that two neighbours are compared; the first third warms the server.
 */
export const rareRecordings = Effect.fnUntraced(function*(
  port: number,
  path: string,
  { count, each }: { readonly count: number; readonly each: number }
) {
  const taken = { recorded: Array<number>(), others: Array<number>() }
  for (let number = 0; number < count; number++) {
    const isRecorded = number % each === 0
    const flags = isRecorded ? "01" : "00"
    const answer = yield* ask(port, "GET", path, undefined, {
      traceparent: `00-${newTraceId()}-00000000000000aa-${flags}`
    })
    const total = totalOf(answer)
    if (total === undefined) {
      return yield* new Untimed({ message: `GET ${path}: 200 with Server-Timing is needed, not ${answer.status}` })
    }
    if (number > count / 3) taken[isRecorded ? "recorded" : "others"].push(total)
  }
  return median(taken.recorded) - median(taken.others)
})
