// Servers on one PostgreSQL database under load, one of which is hurt now and then.
import { FileSystem } from "@effect/platform"
import { Array, Clock, Console, Duration, Effect, Exit, Random, Schedule, Scope } from "effect"
import { exactly } from "../../harness/checks.ts"
import { cutProxy } from "../../harness/cutProxy.ts"
import { ask } from "../../harness/postgresClient.ts"
import { postgresServer } from "../../harness/postgresServer.ts"
import { barista, start } from "../../harness/serverProcess.ts"
import * as Clients from "../crash/Clients.ts"
import * as MailServer from "../crash/MailServer.ts"
import { takeover, verify } from "./verify.ts"

export type Harm = "kill" | "freeze" | "cut"

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

/** Starts one server behind a proxy of its own. */
const startNode = Effect.fnUntraced(function*(database: string, folder: string, mailPort: number) {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Scope.make()
  const proxy = yield* Scope.extend(cutProxy(database), scope)
  const dataDir = yield* fs.makeTempDirectory({ directory: folder })
  const server = yield* Scope.extend(
    start(barista(dataDir, {
      DATABASE_URL: proxy.url,
      SAMPLE_DATA: "handbook",
      SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
      MAIL_FROM: "barista@example.com",
      // shorter than the handbook's, so that much work is under way at each moment
      MAIL_DURATION: "1 second",
      PROFILE_DURATION: "200 millis",
      MAILING_LIST_DURATION: "100 millis"
    })),
    scope
  )
  return { ...server, proxy, scope, origin: `http://127.0.0.1:${server.port}` }
})

type Node = Effect.Effect.Success<ReturnType<typeof startNode>>

const signal = (node: Node, name: NodeJS.Signals) => Effect.sync(() => void process.kill(node.pid, name))

/** Runs a drill, and returns its checks. */
export const drill = Effect.fnUntraced(function*({ clients, harm, nodes, rounds }: Options) {
  const fs = yield* FileSystem.FileSystem
  const postgres = yield* postgresServer
  yield* ask(postgres.url("postgres"), "CREATE DATABASE drill")
  const url = postgres.url("drill")
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-nodes-" })
  const mail = yield* MailServer.start(10)
  const begin = startNode(url, folder, mail.port)
  // all at once, on an empty database
  const running = yield* Effect.all(Array.makeBy(nodes, () => begin), { concurrency: nodes })
  yield* Effect.addFinalizer(() =>
    Effect.forEach(running, ({ scope }) => Scope.close(scope, Exit.void), { concurrency: nodes, discard: true })
  )
  yield* Console.log(`${nodes} servers run`)
  const origin = Effect.map(Random.nextIntBetween(0, nodes), (n) => running[n]?.origin ?? "")
  let open = true
  const working = yield* Effect.fork(Clients.run(origin, clients, () => open))
  const takeovers: Array<number> = []

  const hurt = Effect.fnUntraced(function*(n: number, node: Node) {
    if (harm === "kill") {
      yield* signal(node, "SIGKILL")
      const next = yield* begin
      running[n] = next
      yield* Effect.sleep(mostTakeover)
      return yield* Scope.close(node.scope, Exit.void)
    }
    const [harmed, healed] = harm === "freeze"
      ? [signal(node, "SIGSTOP"), signal(node, "SIGCONT")]
      : [node.proxy.cut, node.proxy.mend]
    yield* harmed
    yield* Effect.sleep(absence).pipe(Effect.ensuring(healed))
  })

  for (let round = 1; round <= rounds; round++) {
    yield* Effect.sleep(calm)
    const n = yield* Random.nextIntBetween(0, nodes)
    const node = running[n]
    if (node === undefined) continue
    const from = yield* Clock.currentTimeMillis
    yield* hurt(n, node)
    const { longest, lost } = yield* takeover(url, from, yield* Clock.currentTimeMillis)
    takeovers.push(longest)
    yield* Console.log(
      `round ${round} of ${rounds}: ${harm} of server ${
        n + 1
      }, ${lost} attempts lost, the last goes on after ${longest} ms`
    )
  }
  yield* Effect.sleep(calm)
  open = false
  const journal = yield* working
  yield* ask(url, "SELECT 1 FROM jobs WHERE kind <> 'maintenance' AND state IN ('waiting', 'running') LIMIT 1").pipe(
    Effect.repeat({ schedule: Schedule.spaced("200 millis"), until: (left) => left.length === 0 }),
    Effect.timeoutOption(patience)
  )
  const slow = takeovers.filter((milliseconds) => milliseconds > Duration.toMillis(mostTakeover))
  return {
    requests: journal.answered.length,
    repeated: journal.repeated,
    replayed: journal.replayed,
    mailsTwice: [...mail.accepted.values()].filter((sent) => sent > 1).length,
    takeovers,
    checks: [
      exactly("takeovers of more than 10 s", 0, slow.length),
      ...yield* verify(url, journal.answered, mail.accepted)
    ]
  }
})
