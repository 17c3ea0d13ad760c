import { ClusterError, RunnerStorage } from "@effect/cluster"
import { Duration, Effect, Layer } from "effect"
import { version } from "../../../domain/version.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { remembered } from "../record/NodesRepo.ts"
import { enginePort } from "../record/serverLocks.ts"

/** The database's clock, by which all servers tell times. */
const now = "(extract(epoch FROM NOW()) * 1000)::bigint"

const past = Duration.toMillis(remembered)

/** Time for which a stop waits to say that this server stops, as the others find out by themselves. */
const patience = Duration.seconds(1)

/** Enters this server among those of the database, and forgets those of which nothing is left. */
export const entered = Layer.effectDiscard(Effect.gen(function*() {
  const { server, writer } = yield* Database
  yield* orDefect(writer`
    DELETE FROM servers WHERE started_at < ${writer.literal(now)} - ${past}::bigint AND NOT EXISTS (
      SELECT 1 FROM cluster_runners WHERE address = servers.id || ':' || ${enginePort}::integer)`)
  yield* orDefect(writer`
    INSERT INTO servers (id, version, started_at) VALUES (${server}, ${version}, ${writer.literal(now)})`)
}))

/** Says that this server stops before its jobs are free. Otherwise their next server would take it for dead. */
export const leaving = Layer.scopedDiscard(
  Effect.flatMap(Database, ({ server, writer }) =>
    Effect.addFinalizer(() =>
      Effect.ignore(
        writer`UPDATE servers SET stopped_at = ${writer.literal(now)} WHERE id = ${server}`.pipe(
          Effect.interruptible,
          Effect.timeout(patience)
        )
      )
    ))
)

/**
 * Keeps the last signs of life of dead servers for a while. The engine removes all outdated ones whenever any server
 * stops.
 */
export const remembering = Layer.effect(
  RunnerStorage.RunnerStorage,
  Effect.zipWith(RunnerStorage.RunnerStorage, Database, (storage, { writer }) => ({
    ...storage,
    unregister: ({ host, port }) =>
      Effect.asVoid(ClusterError.PersistenceError.refail(writer`
        DELETE FROM cluster_runners WHERE address = ${`${host}:${port}`}
          OR last_heartbeat < NOW() - ${past}::float8 * INTERVAL '1 millisecond'`))
  }))
)
