import { duration, integer, part } from "./Setting.ts"

const jobsMaxUnfinished = integer(
  "JOBS_MAX_UNFINISHED",
  10_000,
  [1, 1_000_000],
  "jobs",
  "Accepted jobs that have not finished; beyond it 503"
)

/** Limits on background jobs, their timing, and their retention. */
export const jobs = {
  jobsMaxUnfinished,
  jobsMaxDelayed: part(
    "JOBS_MAX_DELAYED",
    jobsMaxUnfinished,
    "jobs",
    "Jobs that wait for the end of their delay, which may be days; beyond it a delayed job gets 503"
  ),
  jobsConcurrency: integer(
    "JOBS_CONCURRENCY",
    256,
    [1, 10_000],
    "jobs",
    "Jobs that run at once, pauses between attempts included; further jobs wait. A running job takes about 250 KB of memory"
  ),
  jobsPollInterval: duration(
    "JOBS_POLL_INTERVAL",
    "1 second",
    ["10 millis", "1 minute"],
    "Pause between two searches for due jobs, which is the precision of a delay"
  ),
  jobsStopTimeout: duration(
    "JOBS_STOP_TIMEOUT",
    "2 seconds",
    ["0 seconds", "1 minute"],
    "Time for running activities to finish after the last request; an interrupted activity runs again after the next start"
  ),
  jobRetention: duration(
    "JOB_RETENTION",
    "7 days",
    ["1 second", "3650 days"],
    "Retention of jobs that succeeded or were cancelled"
  ),
  deadLetterRetention: duration(
    "DEAD_LETTER_RETENTION",
    "90 days",
    ["1 second", "3650 days"],
    "Retention of failed jobs, which can be tried again"
  ),
  maintenanceInterval: duration(
    "MAINTENANCE_INTERVAL",
    "1 hour",
    ["1 second", "30 days"],
    "Pause between two maintenance jobs, which remove expired rows and check the ledger"
  )
}
