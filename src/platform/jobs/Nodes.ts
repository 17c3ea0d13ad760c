import { Array, Context, DateTime, Duration, Effect, Layer, Stream } from "effect"
import { Database } from "../sql/Database.ts"
import { partsOfServerName } from "../sql/serverName.ts"
import { Dispatch } from "./engine/Dispatch.ts"
import { Jobs } from "./Jobs.ts"
import * as NodesRepo from "./record/NodesRepo.ts"
import { type Node, type Takeover, toRunning, toTakeover } from "./record/NodeView.ts"
import { whileAway } from "./run/retryDefects.ts"

/** Pause between two states of the watched servers: quick for an eye, and rare beside the changes under load. */
const listPause = Duration.millis(250)

/** Pause after which the servers are looked at though no job has changed, as a silent one calls nobody. */
const look = Duration.seconds(1)

export interface NodesNow {
  readonly read_at: DateTime.Utc
  readonly shards: number
  readonly nodes: ReadonlyArray<Node>
  readonly takeovers: ReadonlyArray<Takeover>
}

/** The servers that share the database: which live, what each runs, and which jobs went from one to another. */
export class Nodes extends Context.Tag("barista/platform/jobs/Nodes")<Nodes, {
  readonly list: Effect.Effect<NodesNow>
  /** Streams the servers now, after changes of jobs at most every 250 milliseconds, and each second. */
  readonly watch: Stream.Stream<NodesNow>
}>() {
  static readonly layer = Layer.effect(
    Nodes,
    Effect.gen(function*() {
      const { server: own } = yield* Database
      const { shards: held, total } = yield* Dispatch
      const { changes } = yield* Jobs
      const repo = yield* NodesRepo.make(held)

      const list = Effect.gen(function*() {
        const [servers, running, takeovers] = yield* Effect.all([repo.servers, repo.running, repo.takeovers], {
          concurrency: 3
        })
        const now = servers[0]?.now ?? 0
        const byServer = Array.groupBy(running, ({ server }) => server)
        return {
          read_at: DateTime.unsafeMake(now),
          shards: total,
          nodes: servers.map((found) => {
            const attempts = byServer[found.id] ?? []
            const { host, pid } = partsOfServerName(found.id)
            return {
              id: found.id,
              host,
              pid,
              is_this: found.id === own,
              version: found.version,
              state: NodesRepo.stateOf(found),
              started_at: DateTime.unsafeMake(found.started_at),
              last_seen_at: DateTime.unsafeMake(found.seen_at),
              shards: found.shards,
              running: attempts[0]?.running ?? 0,
              attempts: attempts.map(toRunning)
            }
          }),
          takeovers: takeovers
            .filter(({ resumed_at }) => now - resumed_at < Duration.toMillis(NodesRepo.remembered))
            .map(toTakeover)
        }
      }).pipe(Effect.withSpan("Nodes.list"))

      const watch = Stream.unwrapScoped(
        Effect.map(changes, (changed) =>
          Stream.concat(
            Stream.fromEffect(list),
            Stream.repeatEffect(
              Effect.raceFirst(changed, Effect.sleep(look)).pipe(
                Effect.delay(listPause),
                Effect.zipRight(whileAway(list))
              )
            )
          ))
      )

      return { list, watch }
    })
  )
}
