import { Effect } from "effect"
import { memoryOf, start } from "../../harness/serverProcess.ts"
import { checkOpenFiles, sleep } from "../load/sleepers.ts"
import type { Contender, Row } from "../suite/Row.ts"
import { product, raw, type Server, watchCores } from "../suite/servers.ts"
import { within } from "./http.ts"

const sleepers = 10_000
/** Requests enough for V8 to compile the measured code. */
const warmingUp = 2000

const contender = ({ command, name }: Server): Contender => ({
  name,
  start: Effect.gen(function*() {
    yield* checkOpenFiles(sleepers)
    const { pid, port } = yield* start(yield* command)
    return Effect.fnUntraced(function*(round: number) {
      const count = round === 0 ? warmingUp : sleepers
      const { taken } = yield* watchCores(pid)
      const { lastAnswer, statuses } = yield* sleep(port, count)
      return {
        values: { last: lastAnswer / 1000, memory: (yield* memoryOf(pid)).peak },
        failed: count - (statuses.get("200") ?? 0),
        cores: yield* taken
      }
    })
  })
})

/** Measures many concurrent clients who wait three seconds each. */
export const sleeping: Row = {
  name: "sleepers",
  title: `GET /async-slow (3 s) by ${sleepers} connections at once, until the last answer`,
  figures: [
    { name: "last", unit: "s", better: "lower", targets: [within(3.5)] },
    { name: "memory", unit: "MiB", better: "lower", targets: [within(600)] }
  ],
  contenders: [raw, product()].map(contender)
}
