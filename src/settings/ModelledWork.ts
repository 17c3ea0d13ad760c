import type { Duration } from "effect"
import { duration } from "./Setting.ts"

const work = (name: string, fallback: Duration.DurationInput, description: string) =>
  duration(name, fallback, ["0 seconds", "1 minute"], description)

/**
 * Durations of the handbook's tasks. They are not limits: the handbook models work by sleeping or blocking that long.
 */
export const modelledWork = {
  slowDuration: work("SLOW_DURATION", "3 seconds", "Duration of the slow operation (/sync-slow, /async-slow)"),
  taskDuration: work(
    "TASK_DURATION",
    "1 second",
    "Duration of each of three tasks (/sync-multiple, /async-multiple)"
  ),
  openingTaskDuration: work(
    "OPENING_TASK_DURATION",
    "2 seconds",
    "Duration of each of two tasks in the two opening programs"
  ),
  comparisonTaskDuration: work(
    "COMPARISON_TASK_DURATION",
    "500 millis",
    "Duration of each of five tasks (/perf-test-sync, /perf-test-async)"
  ),
  riskyTaskDuration: work(
    "RISKY_TASK_DURATION",
    "100 millis",
    "Duration of each of five tasks, one of which fails (/error-handling)"
  ),
  monitoredDuration: work(
    "MONITORED_DURATION",
    "1 second",
    "Duration of the monitored operation (/monitored-endpoint)"
  ),
  measuredDuration: work("MEASURED_DURATION", "500 millis", "Duration of the measured operation (/measured)"),
  batchItemDuration: duration(
    "BATCH_ITEM_DURATION",
    "1 second",
    ["0 seconds", "1 hour"],
    "Duration of the processing of one batch item"
  ),
  chatProcessing: work("CHAT_PROCESSING", "100 millis", "Duration of the processing of one chat message"),
  mailDuration: work("MAIL_DURATION", "2 seconds", "Duration of the composition of a mail"),
  profileDuration: work("PROFILE_DURATION", "1 second", "Duration of the creation of a profile"),
  mailingListDuration: work("MAILING_LIST_DURATION", "500 millis", "Duration of joining the mailing list")
}
