import { bytes, gibibyte, integer, mebibyte, oneOf, setting } from "./Setting.ts"

const most = 100

/** The choice of requests and jobs whose timelines are recorded, and the memory for timelines. */
export const timelines = {
  timelineBudget: integer(
    "TIMELINE_BUDGET",
    20,
    [0, 10_000],
    "recordings a second",
    "Requests whose timelines are recorded in any case, and as many jobs. A caller's sampled trace is always recorded"
  ),
  timelineSample: setting(
    "TIMELINE_SAMPLE",
    1,
    "1",
    `a number of percent from 0 to ${most}`,
    "Percentage of the requests and jobs beyond TIMELINE_BUDGET whose timelines are recorded; each takes some 40 microseconds",
    (written) => {
      const value = Number(written)
      return /^\d+(\.\d+)?$/.test(written) && value <= most ? value : undefined
    }
  ),
  timelineMemory: bytes(
    "TIMELINE_MEMORY",
    32 * mebibyte,
    [mebibyte, 4 * gibibyte],
    "Memory of all timelines together; beyond it the oldest is removed, those of failed and slow runs later than others"
  ),
  timelineCheck: oneOf(
    "TIMELINE_CHECK",
    "off",
    ["on", "off"],
    "Checks each recording at its end for contradictions, logs and counts them; for development, as it reads all events"
  )
}
