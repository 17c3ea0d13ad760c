import type { Duration } from "effect"
import { duration } from "./Setting.ts"

const work = (name: string, fallback: Duration.DurationInput, description: string) =>
  duration(name, fallback, ["0 seconds", "1 minute"], description)

/** How long the handbook's tasks take. None of these is a limit: they stand for work, which the handbook models by sleeping or blocking so long. */
export const modelledWork = {
  slowDuration: work("SLOW_DURATION", "3 seconds", "How long the slow operation takes (/sync-slow, /async-slow)"),
  taskDuration: work(
    "TASK_DURATION",
    "1 second",
    "How long each of three tasks takes (/sync-multiple, /async-multiple)"
  ),
  openingTaskDuration: work(
    "OPENING_TASK_DURATION",
    "2 seconds",
    "How long each of two tasks takes in the two opening programs"
  ),
  comparisonTaskDuration: work(
    "COMPARISON_TASK_DURATION",
    "500 millis",
    "How long each of five tasks takes (/perf-test-sync, /perf-test-async)"
  ),
  riskyTaskDuration: work(
    "RISKY_TASK_DURATION",
    "100 millis",
    "How long each of five tasks takes, of which one fails (/error-handling)"
  ),
  monitoredDuration: work(
    "MONITORED_DURATION",
    "1 second",
    "How long the monitored operation takes (/monitored-endpoint)"
  ),
  measuredDuration: work("MEASURED_DURATION", "500 millis", "How long the measured operation takes (/measured)"),
  batchItemDuration: duration(
    "BATCH_ITEM_DURATION",
    "1 second",
    ["0 seconds", "1 hour"],
    "How long the processing of one item of a batch takes"
  ),
  chatProcessing: work("CHAT_PROCESSING", "100 millis", "How long the processing of one chat message takes"),
  mailDuration: work("MAIL_DURATION", "2 seconds", "How long the composition of a mail takes"),
  profileDuration: work("PROFILE_DURATION", "1 second", "How long the creation of a profile takes"),
  mailingListDuration: work("MAILING_LIST_DURATION", "500 millis", "How long joining the mailing list takes")
}
