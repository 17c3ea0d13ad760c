import { duration, integer, part } from "./Setting.ts"

const jobsMaxUnfinished = integer(
  "JOBS_MAX_UNFINISHED",
  10_000,
  [1, 1_000_000],
  "jobs",
  "Jobs accepted and not yet finished at once; beyond it 503"
)

/** How many background jobs there may be, when they run, and how long they are kept. */
export const jobs = {
  jobsMaxUnfinished,
  jobsMaxDelayed: part(
    "JOBS_MAX_DELAYED",
    jobsMaxUnfinished,
    "jobs",
    "Of those, jobs that wait for the end of their delay, which may be days; beyond it a delayed job gets 503"
  ),
  jobsConcurrency: integer(
    "JOBS_CONCURRENCY",
    256,
    [1, 10_000],
    "jobs",
    "Jobs that run at once, pauses between attempts included; further ones wait (about 250 KB of memory each that runs)"
  ),
  jobsPollInterval: duration(
    "JOBS_POLL_INTERVAL",
    "1 second",
    ["10 millis", "1 minute"],
    "How often the engine looks for jobs that have become due: the precision of a delay"
  ),
  jobsStopTimeout: duration(
    "JOBS_STOP_TIMEOUT",
    "2 seconds",
    ["0 seconds", "1 minute"],
    "How long running activities may finish after the last request has; what is cut off is done again at the next start"
  ),
  jobRetention: duration(
    "JOB_RETENTION",
    "7 days",
    ["1 second", "3650 days"],
    "How long a job that succeeded or was cancelled is kept"
  ),
  deadLetterRetention: duration(
    "DEAD_LETTER_RETENTION",
    "90 days",
    ["1 second", "3650 days"],
    "How long a job that failed is kept, to be tried again"
  ),
  maintenanceInterval: duration(
    "MAINTENANCE_INTERVAL",
    "1 hour",
    ["1 second", "30 days"],
    "Pause between two maintenance jobs, which remove what is no longer kept and check the ledger"
  )
}
