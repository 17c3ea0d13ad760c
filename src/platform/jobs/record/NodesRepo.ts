import { Clock, Duration, Effect, Schema } from "effect"
import { version } from "../../../domain/version.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import * as Query from "../../sql/Query.ts"
import { JobId } from "../Job.ts"
import { mostAttempts, type NodeState } from "./NodeView.ts"
import { enginePort, lockExpiration, lockRefresh } from "./serverLocks.ts"
import { TakeoverReason } from "./takeover.ts"

const Millis = Schema.Int

/** Servers that one statement lists; more are left out. */
const mostNodes = 100

/** Takeovers that are listed. */
const mostTakeovers = 50

/** Time for which takeovers are listed, and servers that are gone. */
export const remembered = Duration.hours(1)

/** Silence in which a second sign of life is late; one alone is late on a machine with much to do. */
const silence = 2 * Duration.toMillis(lockRefresh)

const expiration = Duration.toMillis(lockExpiration)

const KnownServer = Schema.Struct({
  id: Schema.String,
  version: Schema.String,
  started_at: Millis,
  is_stopping: Schema.Boolean,
  seen_at: Millis,
  now: Millis,
  shards: Schema.Int
})
type KnownServer = typeof KnownServer.Type

const Running = Schema.Struct({
  server: Schema.String,
  job_id: JobId,
  kind: Schema.String,
  activity: Schema.String,
  attempt: Schema.Int,
  started_at: Millis,
  running: Schema.Int
})

const TakeoverRow = Schema.Struct({
  job_id: JobId,
  kind: Schema.String,
  from_server: Schema.String,
  to_server: Schema.String,
  reason: TakeoverReason,
  left_at: Schema.NullOr(Millis),
  resumed_at: Millis
})

/** Tells a server's state from its last sign of life. */
export const stateOf = ({ is_stopping, now, seen_at }: KnownServer): NodeState => {
  const silent = now - seen_at
  if (silent > expiration) return "gone"
  if (is_stopping) return "stopping"
  return silent > silence ? "silent" : "alive"
}

/**
 * The queries on the servers of a database, and on what they run. `held` counts the shards of this server, which on
 * SQLite is the only one, known without a query.
 */
export const make = (held: Effect.Effect<number>) =>
  Effect.gen(function*() {
    const { reader, server } = yield* Database
    const started_at = yield* Clock.currentTimeMillis

    const known = Query.findAll({
      Request: Schema.Void,
      Result: KnownServer,
      execute: () =>
        reader`
          SELECT servers.id, servers.version, servers.started_at, servers.stopped_at IS NOT NULL AS is_stopping,
            (extract(epoch FROM runners.last_heartbeat) * 1000)::bigint AS seen_at,
            (extract(epoch FROM NOW()) * 1000)::bigint AS now,
            (SELECT COUNT(*) FROM cluster_locks WHERE address = runners.address
              AND acquired_at >= NOW() - ${expiration}::float8 * INTERVAL '1 millisecond') AS shards
          FROM cluster_runners AS runners
          JOIN servers ON runners.address = servers.id || ':' || ${enginePort}::integer
          WHERE runners.last_heartbeat > NOW() - ${Duration.toMillis(remembered)}::float8 * INTERVAL '1 millisecond'
          ORDER BY servers.started_at DESC, servers.id LIMIT ${mostNodes} + 0`
    })

    const alone = Effect.zipWith(Clock.currentTimeMillis, held, (now, shards): ReadonlyArray<KnownServer> => [
      { id: server, version, started_at, is_stopping: false, seen_at: now, now, shards }
    ])

    const running = Query.findAll({
      Request: Schema.Void,
      Result: Running,
      execute: () =>
        reader`
          SELECT server, job_id, kind, activity, attempt, started_at, running FROM (
            SELECT attempts.server, job_id, jobs.kind, activity, attempt, attempts.started_at,
              ROW_NUMBER() OVER (PARTITION BY server ORDER BY attempts.started_at, job_id, activity) AS place,
              COUNT(*) OVER (PARTITION BY server) AS running
            FROM jobs JOIN job_attempts AS attempts ON attempts.job_id = jobs.id
            WHERE jobs.state = 'running' AND attempts.outcome IS NULL AND server IS NOT NULL
          ) AS under_way
          WHERE place <= ${mostAttempts} + 0 ORDER BY server, place`
    })

    const takeovers = Query.findAll({
      Request: Schema.Void,
      Result: TakeoverRow,
      execute: () =>
        reader`
          SELECT job_id, kind, from_server, to_server, reason, left_at, resumed_at
          FROM job_takeovers JOIN jobs ON jobs.id = job_id ORDER BY job_takeovers.id DESC LIMIT ${mostTakeovers} + 0`
    })

    return {
      /** Lists the servers, newest first. A server that is gone is listed for an hour. */
      servers: reader.onDialectOrElse({ pg: () => orDefect(known()), orElse: () => alone }),
      /** Lists the attempts under way, the oldest of each server. */
      running: orDefect(running()),
      /** Lists the jobs that went from one server to another, newest first. */
      takeovers: orDefect(takeovers())
    }
  })
