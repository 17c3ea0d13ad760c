import { Effect } from "effect"
import { ask } from "../harness/client.ts"
import { memoryOf } from "../harness/serverProcess.ts"

/** The recordings of a server, and memory in MiB. */
export interface RecordedMemory {
  readonly recorded: number
  readonly kept: number
  readonly removed: number
  /** Memory of the recordings, by the server's own count. */
  readonly timelines: number
  /** Resident memory of the process. */
  readonly resident: number
}

const mebibyte = 1_048_576

/** Returns the value of a metric without labels, or of all its labels together. */
const metricIn = (text: string, name: string): number =>
  text.split("\n").reduce((sum, line) => {
    const [, value] = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`).exec(line) ?? []
    return value === undefined ? sum : sum + Number(value)
  }, 0)

export const readMemory = (pid: number, port: number) =>
  Effect.gen(function*() {
    const { body } = yield* ask(port, "GET", "/metrics")
    const { resident } = yield* memoryOf(pid)
    return {
      recorded: metricIn(body, "barista_timelines_recorded_total"),
      kept: metricIn(body, "barista_timelines"),
      removed: metricIn(body, "barista_timelines_removed_total"),
      timelines: metricIn(body, "barista_timelines_memory_bytes") / mebibyte,
      resident
    } satisfies RecordedMemory
  })

const look = 50

/** Returns the least heap in MiB that a server had in use for some milliseconds, which is that after a collection. */
export const watchHeap = (port: number, millis: number) =>
  Effect.gen(function*() {
    let low = Infinity
    for (let at = 0; at < millis; at += look) {
      const { body } = yield* ask(port, "GET", "/metrics")
      low = Math.min(low, metricIn(body, "nodejs_heap_size_used_bytes") / mebibyte)
      yield* Effect.sleep(look)
    }
    return low
  })
