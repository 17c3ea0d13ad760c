// The processors and the sessions of the database during a measurement, which tell its limit.
import { Effect, Schedule } from "effect"
import { Client } from "pg"
import { idleSeconds, ownSeconds, processorSeconds } from "../../harness/processorTime.ts"

/** Sessions of the database by what they did, as means over a measurement. */
export type Sessions = ReadonlyMap<string, number>

/** Processor time and the doings of sessions during a measurement. */
export interface Evidence {
  readonly seconds: number
  /** Seconds of processor time: of all servers, of the database, and of the clients. */
  readonly nodes: number
  readonly database: number
  readonly clients: number
  /** Seconds for which processors were idle. */
  readonly idle: number
  readonly sessions: Sessions
}

/** Pause between two looks at the sessions. */
const look = "25 millis"

/**
 * Counts the sessions of a database that do something or wait for something. Between two statements of a transaction a
 * session waits for its client.
 */
const activity = `
  SELECT CASE
      WHEN state = 'idle in transaction' THEN 'between statements'
      WHEN wait_event_type IS NULL THEN 'running'
      WHEN wait_event_type = 'Lock' THEN 'row locks'
      WHEN wait_event_type = 'Client' THEN 'running'
      ELSE wait_event_type || ' ' || wait_event END AS doing,
    COUNT(*)::int AS sessions
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'
  GROUP BY 1`

const session = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Client(url)
      client.on("error", () => undefined)
      await client.connect()
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )

/** Looks at the sessions until it is interrupted; `means` tells what it saw. */
const watch = Effect.fnUntraced(function*(url: string) {
  const client = yield* session(url)
  const sums = new Map<string, number>()
  let looks = 0
  yield* Effect.promise(() => client.query<{ doing: string; sessions: number }>(activity)).pipe(
    Effect.map(({ rows }) => {
      looks += 1
      for (const { doing, sessions } of rows) sums.set(doing, (sums.get(doing) ?? 0) + sessions)
    }),
    Effect.repeat(Schedule.spaced(look)),
    Effect.forkScoped
  )
  return { means: (): Sessions => new Map([...sums].map(([doing, sum]) => [doing, sum / Math.max(1, looks)])) }
})

/** Runs a measurement on servers, and tells what it used. */
export const withEvidence = <A, E, R>(
  { pids, postgres, url }: {
    readonly pids: ReadonlyArray<number>
    readonly postgres: number
    readonly url: string | undefined
  },
  measurement: Effect.Effect<A, E, R>
) =>
  Effect.gen(function*() {
    const used = Effect.all({
      nodes: processorSeconds(pids),
      database: url === undefined ? Effect.succeed(0) : processorSeconds([postgres]),
      clients: ownSeconds,
      idle: idleSeconds
    })
    const sessions = url === undefined ? undefined : yield* watch(url)
    const before = yield* used
    const began = performance.now()
    const result = yield* measurement
    const seconds = (performance.now() - began) / 1000
    const after = yield* used
    const evidence: Evidence = {
      seconds,
      nodes: after.nodes - before.nodes,
      database: after.database - before.database,
      clients: after.clients - before.clients,
      idle: after.idle - before.idle,
      sessions: sessions?.means() ?? new Map<string, number>()
    }
    return { result, evidence }
  }).pipe(Effect.scoped)
