import { Clock, Context, Effect, Layer, Option } from "effect"
import { UnfinishedItems } from "../domain/UnfinishedItems.ts"
import { FileStore } from "../platform/files/FileStore.ts"
import { Dispatch } from "../platform/jobs/engine/Dispatch.ts"
import { type JobCount, jobCounts } from "../platform/jobs/record/JobCounts.ts"
import { InputMemory } from "../platform/lifecycle/InputMemory.ts"
import { Lifecycle } from "../platform/lifecycle/Lifecycle.ts"
import { DroppedLines } from "../platform/observability/Logging.ts"
import { counter, gauge, type MetricFamily, render } from "../platform/observability/MetricFamily.ts"
import { processMetrics } from "../platform/observability/processMetrics.ts"
import { RequestMetrics } from "../platform/observability/RequestMetrics.ts"
import { type Figures, Recorder } from "../platform/recorder/Recorder.ts"
import { type Connections, Database } from "../platform/sql/Database.ts"
import type { DatabaseCounters } from "../platform/sql/DatabaseCounters.ts"
import { isPassing } from "../platform/sql/DatabaseUnavailable.ts"
import { WebSocketServer } from "../platform/websocket/WebSocketServer.ts"
import { BlockingLoop } from "../platform/workers/blocking/BlockingLoop.ts"
import { CpuPool } from "../platform/workers/cpu/CpuPool.ts"
import type { Stats } from "../platform/workers/WorkerPool.ts"
import { Policies } from "../policy/Policies.ts"
import type { Policy } from "../policy/Policy.ts"
import type { PolicyFigures } from "../policy/PolicyCounters.ts"
import type { Refusal } from "../policy/PolicyRefused.ts"
import type { PolicyState } from "../policy/PolicyState.ts"

type Families = ReadonlyArray<MetricFamily>

const pools = (stats: Readonly<Record<string, Stats>>): Families => [
  gauge(
    "barista_pool_calls",
    "Calls to worker threads: those that run, and those in the queue.",
    Object.entries(stats).flatMap(([pool, { running, waiting }]) =>
      [
        [{ pool, state: "running" }, running],
        [{ pool, state: "waiting" }, waiting]
      ] as const
    )
  )
]

const breakerStates = ["closed", "half-open", "open"] as const

/** The refusals that the parts of a policy can give; others would be series that stay 0. */
const reasonsOf = ({ breaker, concurrency, rateLimit }: Policy): ReadonlyArray<Refusal> => [
  ...concurrency === undefined || typeof concurrency === "number" ? [] : ["queue full", "waited too long"] as const,
  ...rateLimit === undefined ? [] : ["rate limited"] as const,
  ...breaker === undefined ? [] : ["breaker open"] as const
]

const policies = (figures: ReadonlyArray<PolicyFigures>): Families => {
  const each = (name: string, help: string, value: (policy: PolicyFigures) => number) =>
    counter(`barista_policy_${name}_total`, help, figures.map((policy) => [{ policy: policy.name }, value(policy)]))
  const limited = figures.flatMap(({ name: policy, state: { permits } }) =>
    permits === undefined ? [] : [{ policy, permits }]
  )
  const broken = figures.flatMap(({ name: policy, state: { breaker } }) =>
    breaker === undefined ? [] : [{ policy, breaker }]
  )
  const level = (name: string, help: string, value: (state: PolicyState) => number | undefined) =>
    gauge(
      `barista_policy_${name}`,
      help,
      figures.flatMap(({ name: policy, state }) => {
        const now = value(state)
        return now === undefined ? [] : [[{ policy }, now] as const]
      })
    )
  return [
    each("operations", "Operations that a policy began.", ({ operations }) => operations),
    each("attempts", "Attempts of them, the first one included.", ({ attempts }) => attempts),
    each("failures", "Attempts that failed.", ({ failures }) => failures),
    each("attempt_timeouts", "Attempts that their timeout ended.", ({ attemptTimeouts }) => attemptTimeouts),
    each("timeouts", "Operations that their timeout ended.", ({ timeouts }) => timeouts),
    each("hedges", "Further copies of slow attempts.", ({ hedges }) => hedges),
    each("budget_spent", "Retries and copies that the budget did not allow.", ({ budgetSpent }) => budgetSpent),
    counter(
      "barista_policy_refused_total",
      "Operations and attempts that a part of a policy refused.",
      figures.flatMap(({ name: policy, policy: parts, refused }) =>
        reasonsOf(parts).map((reason) => [{ policy, reason }, refused[reason]] as const)
      )
    ),
    counter(
      "barista_policy_breaker_opened_total",
      "Times that a breaker opened.",
      broken.map(({ breaker: { opened }, policy }) => [{ policy }, opened])
    ),
    gauge(
      "barista_policy_breaker",
      "1 for the state in which a breaker is.",
      broken.flatMap(({ breaker, policy }) =>
        breakerStates.map((state) => [{ policy, state }, breaker.state === state ? 1 : 0] as const)
      )
    ),
    level("retry_budget", "Retries and copies that the budget allows now.", ({ retry_budget }) => retry_budget),
    level("rate_permits", "Operations that the rate limit lets begin now.", ({ rate_permits }) => rate_permits),
    level(
      "permit_limit",
      "Permits of a policy's concurrency; an adaptive limit moves.",
      ({ permits }) => permits?.limit
    ),
    gauge(
      "barista_policy_permits",
      "Permits of a policy's concurrency that are held, and operations that wait for one.",
      limited.flatMap(({ permits: { held, waiting }, policy }) =>
        [
          [{ policy, state: "held" }, held],
          [{ policy, state: "waiting" }, waiting]
        ] as const
      )
    )
  ]
}

const databaseConnections = (figures: Connections | undefined): Families =>
  figures === undefined ? [] : [
    gauge(
      "barista_database_connections",
      "Connections to the database server in use and idle, and statements that wait for one.",
      Object.entries(figures).map(([state, count]) => [{ state }, count])
    )
  ]

const commits = (counters: Readonly<DatabaseCounters>): Families => [
  counter("barista_database_commits_total", "Groups of changes that were committed together.", counters.groups),
  counter("barista_database_changes_total", "Changes in them, undone ones included.", counters.changes),
  counter(
    "barista_database_lock_retries_total",
    "Statements tried again as another process held the lock.",
    counters.lockRetries
  ),
  counter("barista_database_lock_timeouts_total", "Those given up.", counters.lockTimeouts),
  counter("barista_database_syncs_total", "Waits for the disk.", counters.syncs),
  counter("barista_database_sync_seconds_total", "Time that they took.", counters.syncMilliseconds / 1000),
  counter("barista_database_checkpoints_total", "Checkpoints of the write-ahead log.", counters.checkpoints),
  counter("barista_database_checkpoint_failures_total", "Those that failed.", counters.failedCheckpoints),
  gauge("barista_database_log_frames", "Pages in the write-ahead log when last counted.", counters.logFrames)
]

const uploads = ({ bytes, files }: { readonly bytes: number; readonly files: number }): Families => [
  counter("barista_upload_files_total", "Uploaded files that reached the disk.", files),
  counter("barista_upload_bytes_total", "Their bytes.", bytes)
]

const websockets = ({ dropped, open }: Context.Tag.Service<WebSocketServer>): Families => [
  gauge("barista_websocket_connections", "Websockets that are open.", open()),
  counter(
    "barista_websocket_dropped_total",
    "Websockets that were given up: their client did not read in time, or answered no ping.",
    Object.entries(dropped).map(([reason, count]) => [{ reason }, count])
  )
]

const refusals = (
  { clients, refused }: Context.Tag.Service<Lifecycle>,
  input: Context.Tag.Service<InputMemory>
): Families => [
  counter(
    "barista_requests_refused_total",
    "Requests beyond what the server, a client or a connection may have under way.",
    Object.entries(refused).map(([full, count]) => [{ full }, count])
  ),
  gauge("barista_connections", "Connections that are open.", clients.open),
  counter("barista_connections_refused_total", "Connections beyond the most, of which none was idle.", clients.refused),
  counter(
    "barista_connections_idle_closed_total",
    "Idle connections closed to make room for new ones.",
    clients.closed
  ),
  gauge("barista_input_memory_bytes", "Bodies and messages that have not arrived whole.", input.used()),
  counter("barista_input_memory_refused_total", "Those that found no room, or gave way.", input.refused())
]

const timelines = ({ broken, bytes, kept, lostEvents, pushedOut, recorded }: Figures): Families => [
  counter(
    "barista_timelines_recorded_total",
    "Runs whose timelines were recorded.",
    Object.entries(recorded).map(([kind, count]) => [{ kind }, count])
  ),
  counter("barista_timelines_removed_total", "Timelines removed to make room for new ones.", pushedOut),
  counter(
    "barista_timelines_lost_events_total",
    "Events beyond what a timeline, or all of them, may hold.",
    lostEvents
  ),
  counter(
    "barista_timelines_violations_total",
    "Contradictions in timelines, which TIMELINE_CHECK finds.",
    Object.entries(broken).map(([law, count]) => [{ law }, count])
  ),
  gauge("barista_timelines", "Timelines in memory, those of present runs included.", kept),
  gauge("barista_timelines_memory_bytes", "Memory of timelines: events as allocated, the rest estimated.", bytes)
]

const jobFamilies = (counts: ReadonlyArray<JobCount>, now: number, shards: number): Families => [
  gauge(
    "barista_jobs",
    "Jobs that are kept, by kind and state.",
    counts.map(({ jobs, kind, state }) => [{ kind, state }, jobs])
  ),
  gauge(
    "barista_jobs_overdue_seconds",
    "Time for which the oldest waiting job, of whatever server, has been due.",
    Math.max(0, ...counts.filter(({ state }) => state === "waiting").map(({ due }) => (now - due) / 1000))
  ),
  gauge("barista_jobs_shards", "Parts of all jobs that this server runs.", shards)
]

/**
 * Renders the numbers that other parts keep anyway. The numbers are read only on request, so metrics cost nothing
 * unless scraped.
 */
export class Metrics extends Context.Tag("barista/metrics/Metrics")<Metrics, {
  /** Renders Prometheus' text format 0.0.4. */
  readonly text: Effect.Effect<string>
}>() {
  static readonly layer = Layer.scoped(
    Metrics,
    Effect.gen(function*() {
      const lifecycle = yield* Lifecycle
      const requests = yield* RequestMetrics
      const cpu = yield* CpuPool
      const blocking = yield* BlockingLoop
      const store = yield* FileStore
      const database = yield* Database
      const { figures } = yield* Policies
      const dropped = yield* DroppedLines
      const ofProcess = yield* processMetrics
      const jobs = yield* jobCounts
      const { shards } = yield* Dispatch
      const unfinishedItems = yield* UnfinishedItems
      const sockets = yield* WebSocketServer
      const input = yield* InputMemory
      const recorder = yield* Recorder
      return {
        text: Effect.gen(function*() {
          // without the database all else is told
          const counts = yield* Effect.catchSomeDefect(
            jobs,
            (defect) => isPassing(defect) ? Option.some(Effect.succeed([])) : Option.none()
          )
          return render([
            ...requests.families(lifecycle.active()),
            ...(yield* ofProcess),
            ...pools({ cpu: yield* cpu.stats, blocking: yield* blocking.stats }),
            ...policies(yield* figures),
            gauge(
              "barista_batch_items",
              "Items of batches that were accepted and have not finished.",
              unfinishedItems()
            ),
            ...websockets(sockets),
            ...refusals(lifecycle, input),
            ...uploads(store.written()),
            ...commits(database.counters),
            ...databaseConnections(database.connections?.()),
            gauge(
              "barista_database_prompt",
              "1 while the database answers within a second.",
              database.isPrompt() ? 1 : 0
            ),
            ...jobFamilies(counts, yield* Clock.currentTimeMillis, yield* shards),
            ...timelines(recorder.figures()),
            counter("barista_log_dropped_lines_total", "Lines of the log that nobody read in time.", dropped())
          ])
        }).pipe(Effect.withSpan("Metrics.text"))
      }
    })
  )
}
