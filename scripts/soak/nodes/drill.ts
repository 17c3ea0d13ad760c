// Servers on one PostgreSQL database under load, one of which is hurt now and then.
import { FileSystem } from "@effect/platform"
import { Array, Clock, Console, Duration, Effect, Exit, Random, Schedule, Scope } from "effect"
import type { Check } from "../../harness/checks.ts"
import { ask } from "../../harness/postgresClient.ts"
import { postgresServer } from "../../harness/postgresServer.ts"
import * as Clients from "../crash/Clients.ts"
import * as MailServer from "../crash/MailServer.ts"
import { checksOf, cutOff, type Outcome } from "./cut.ts"
import { begin as beginFilesAndTalk } from "./filesAndTalk.ts"
import { type Node, start } from "./Node.ts"
import { slowly } from "./slow.ts"
import { verify } from "./verify.ts"
import { busiest, takeover, workOf } from "./work.ts"

/** `kill`, `freeze` and `cut` hurt one server at a time; `slow` delays the database for all. */
export type Harm = "kill" | "freeze" | "cut" | "slow"

export interface Options {
  readonly harm: Harm
  readonly nodes: number
  readonly rounds: number
  readonly clients: number
}

/** The most that a dead, frozen or cut-off server's work may wait before it goes on elsewhere. */
const mostTakeover = Duration.seconds(10)

/** Time for which a server is frozen or cut off: longer than its locks live and a takeover takes. */
const absence = Duration.seconds(20)

/** Time for which all servers work between two harms. */
const calm = Duration.seconds(5)

/** Time for the remaining work at the end. */
const patience = Duration.minutes(2)

/** The servers, and how to begin another one. */
interface Cluster {
  readonly url: string
  readonly running: Array<Node>
  readonly begin: Effect.Effect<Node, Effect.Effect.Error<ReturnType<typeof start>>, never>
  /** Hears of each server that is killed, just before. */
  readonly expectDeath: (server: number) => void
}

/** Hurts the server that runs most, and heals or replaces it. Returns what it ran, and what its clients saw. */
const hurt = Effect.fnUntraced(function*({ begin, expectDeath, running, url }: Cluster, harm: Exclude<Harm, "slow">) {
  const pid = yield* busiest(url)
  const n = running.findIndex((node) => node.pid === pid)
  const [node, other] = [running[n], running[(n + 1) % running.length]]
  if (node === undefined || other === undefined) return yield* Effect.dieMessage(`no server has the pid ${pid}`)
  if (harm === "cut") return { server: n + 1, ...yield* cutOff(url, node, other, absence) }
  if (harm === "kill") expectDeath(n)
  const from = yield* Clock.currentTimeMillis
  yield* node.signal(harm === "kill" ? "SIGKILL" : "SIGSTOP")
  const work = yield* workOf(url, node.pid, from)
  if (harm === "freeze") yield* Effect.sleep(absence).pipe(Effect.ensuring(node.signal("SIGCONT")))
  else {
    running[n] = yield* begin
    yield* Effect.sleep(mostTakeover)
    yield* Scope.close(node.scope, Exit.void)
  }
  return { server: n + 1, from, work, outcome: undefined }
})

/** Hurts servers in rounds; a round in which the server ran nothing is repeated. */
const hurtInRounds = Effect.fnUntraced(function*(cluster: Cluster, harm: Exclude<Harm, "slow">, rounds: number) {
  const takeovers: Array<number> = []
  const outcomes: Array<Outcome> = []
  while (takeovers.length < rounds) {
    yield* Effect.sleep(calm)
    const { from, outcome, server, work } = yield* hurt(cluster, harm)
    if (work.length === 0) {
      yield* Console.log(`${harm} of server ${server}: it had just ended its work; the round does not count`)
      continue
    }
    const { longest, lost } = yield* takeover(cluster.url, work, from)
    takeovers.push(longest)
    if (outcome !== undefined) outcomes.push(outcome)
    yield* Console.log(
      `round ${takeovers.length} of ${rounds}: ${harm} of server ${server}, which ran most: ${work.length} attempts, ` +
        `${lost} lost; the last goes on after ${longest} ms`
    )
  }
  const most = Duration.toMillis(mostTakeover)
  return [
    {
      name: `takeovers, ms (at most ${most})`,
      measured: takeovers.join(", "),
      met: takeovers.every((milliseconds) => milliseconds <= most)
    },
    ...(harm === "cut" ? checksOf(outcomes) : [])
  ] satisfies ReadonlyArray<Check>
})

/** Runs a drill, and returns its checks. */
export const drill = Effect.fnUntraced(function*({ clients, harm, nodes, rounds }: Options) {
  const fs = yield* FileSystem.FileSystem
  const postgres = yield* postgresServer
  yield* ask(postgres.url("postgres"), "CREATE DATABASE drill")
  const url = postgres.url("drill")
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-nodes-" })
  const mail = yield* MailServer.start(10)
  const context = yield* Effect.context<Effect.Effect.Context<ReturnType<typeof start>>>()
  const begin = Effect.provide(start(url, folder, mail.port), context)
  // all at once, on an empty database
  const running = yield* Effect.all(Array.makeBy(nodes, () => begin), { concurrency: nodes })
  yield* Console.log(`${nodes} servers run`)
  const origin = Effect.map(Random.nextIntBetween(0, nodes), (n) => running[n]?.origin ?? "")
  let open = true
  const isOpen = () => open
  const working = yield* Effect.fork(Clients.run(origin, clients, isOpen))
  const filesAndTalk = harm === "kill"
    ? yield* beginFilesAndTalk(url, origin, (n) => running[n]?.port ?? 0, nodes, isOpen)
    : undefined
  const expectDeath = (n: number) => filesAndTalk?.expectDeath(n)
  const checks = yield* harm === "slow"
    ? slowly(url, running)
    : hurtInRounds({ url, running, begin, expectDeath }, harm, rounds)
  yield* Effect.sleep(calm)
  open = false
  const journal = yield* working
  yield* ask(url, "SELECT 1 FROM jobs WHERE kind <> 'maintenance' AND state IN ('waiting', 'running') LIMIT 1").pipe(
    Effect.repeat({ schedule: Schedule.spaced("200 millis"), until: (left) => left.length === 0 }),
    Effect.timeoutOption(patience)
  )
  return {
    requests: journal.answered.length,
    repeated: journal.repeated,
    replayed: journal.replayed,
    mailsTwice: [...mail.accepted.values()].filter((sent) => sent > 1).length,
    checks: [
      ...checks,
      ...yield* verify(url, journal.answered, mail.accepted),
      ...filesAndTalk === undefined ? [] : (yield* filesAndTalk.end).checks
    ]
  }
})
