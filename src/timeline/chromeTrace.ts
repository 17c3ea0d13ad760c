import { shownState } from "./pictureRows.ts"
import type { Timeline } from "./Timeline.ts"

const micros = (nanos: number): number => nanos / 1000

const pid = 1

/**
 * Writes a timeline as Chrome Trace Event JSON, which Perfetto, speedscope and Firefox Profiler open. A fiber is a
 * thread, its slices are complete events, spans async events, interruptions instants. Times are microseconds.
 */
export const toChrome = (timeline: Timeline): string =>
  JSON.stringify({
    displayTimeUnit: "ms",
    otherData: { name: timeline.name, version: timeline.version, started_at: timeline.started_at },
    traceEvents: [
      { ph: "M", pid, name: "process_name", args: { name: timeline.name } },
      ...timeline.fibers.map(({ id, name }) => ({ ph: "M", pid, tid: id, name: "thread_name", args: { name } })),
      ...timeline.slices.map((slice) => ({
        ph: "X",
        pid,
        tid: slice.fiber,
        cat: slice.state,
        name: shownState(slice),
        ts: micros(slice.from),
        dur: micros(slice.to - slice.from),
        args: { ...slice.reason, woken_by: slice.woken_by }
      })),
      ...timeline.spans.flatMap(({ fiber, from, name, outcome, to }, index) =>
        [["b", from], ["e", to]].map(([ph, at]) => ({
          ph,
          pid,
          tid: fiber ?? 0,
          id: index + 1,
          cat: "span",
          name,
          ts: micros(Number(at)),
          args: ph === "e" ? { outcome } : {}
        }))
      ),
      ...timeline.interruptions.map(({ asked, by, fiber, why }) => ({
        ph: "i",
        s: "t",
        pid,
        tid: fiber,
        cat: "interruption",
        name: why,
        ts: micros(asked),
        args: { by }
      }))
    ]
  })
