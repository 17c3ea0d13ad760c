// The database crashes under load, once in the middle of the takeover of a dead server's work.
import { Array, Console, Duration, Effect, Random } from "effect"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { ask } from "../../harness/client.ts"
import * as Clients from "../crash/Clients.ts"
import { together } from "./chat.ts"
import { type Cluster, cluster, ready, type Server, settled } from "./Cluster.ts"
import { begin as beginFilesAndTalk } from "./filesAndTalk.ts"
import { verify } from "./verify.ts"

/** Time for which all servers work between two crashes. */
const calm = Duration.seconds(8)

/** Time from a server's death to the last batches; 2 s later the database crashes. Locks of the dead live for 6 s. */
const midTakeover = Duration.seconds(2)

const settings = { BATCH_ITEM_DURATION: "200 millis" }

/** Items of a batch that runs while the database crashes, for about six seconds beside those of other servers. */
const items = Array.makeBy(30, String)

/** Sends a batch; returns why its answer is wrong, if it is. */
const batch = ({ port }: Server) =>
  Effect.map(Effect.either(ask(port, "POST", "/batch-process/", items)), (answer) => {
    if (answer._tag === "Left") return answer.left.message
    const { body, status } = answer.right
    const whole = JSON.stringify({ results: items.map((item) => `Processed: ${item}`) })
    return status === 200 && body === whole ? undefined : `${status} ${body}`
  })

/** Crashes the database while batches run; returns how long servers take to be ready again, and broken batches. */
const crashOnce = Effect.fnUntraced(function*(what: string, { postgres }: Cluster, servers: ReadonlyArray<Server>) {
  const batches = yield* Effect.fork(Effect.forEach(servers, batch, { concurrency: servers.length }))
  yield* Effect.sleep("2 seconds")
  const [took] = yield* Effect.timed(postgres.crash(0))
  const times = yield* Effect.forEach(servers, ready, { concurrency: servers.length })
  yield* Console.log(
    `${what}: the database was away for ${Math.round(Duration.toMillis(took))} ms; servers were ready after ${
      times.join(", ")
    } ms more`
  )
  return { times, broken: (yield* batches).filter((why) => why !== undefined) }
})

/** Crashes the database twice, and returns the checks. */
export const restart = Effect.fnUntraced(function*(nodes: number, clients: number) {
  const parts = yield* cluster
  const url = yield* parts.create("drill")
  const running = yield* Effect.all(Array.makeBy(nodes, () => parts.begin(url, { settings })), { concurrency: nodes })
  yield* Effect.forEach(running, ready, { concurrency: nodes })
  yield* Console.log(`${nodes} servers run`)
  let open = true
  const isOpen = () => open
  const any = Effect.map(Random.nextIntBetween(0, nodes), (n) => running[n]?.origin ?? "")
  const working = yield* Effect.fork(Clients.run(any, clients, isOpen))
  const filesAndTalk = yield* beginFilesAndTalk(url, any, (n) => running[n]?.port ?? 0, nodes, isOpen)
  yield* Effect.sleep(calm)
  const first = yield* crashOnce("first crash", parts, running)
  yield* Effect.sleep(calm)

  const [dead] = running
  if (dead === undefined) return yield* Effect.dieMessage("no server runs")
  yield* dead.kill("SIGKILL")
  yield* Effect.sleep(midTakeover)
  const second = yield* crashOnce("second crash, 4 s after kill -9 of a server", parts, running.slice(1))
  running[0] = yield* parts.begin(url, { settings })
  yield* ready(running[0])
  yield* Effect.sleep(calm)
  open = false
  const journal = yield* working
  yield* settled(url)
  yield* Console.log(`answers: ${Clients.listed(journal.outcomes)}`)
  const { checks, rejoined, uploads } = yield* filesAndTalk.end
  const answers = [...journal.outcomes.keys(), ...uploads.keys()]
  const away = [...journal.outcomes].filter(([name]) => name.startsWith("503 DatabaseUnavailable"))
  return [
    exactly("servers that ended", 0, running.filter(({ hasEnded }) => hasEnded()).length),
    without(
      "every server is ready again within 10 s",
      [...first.times, ...second.times].filter((milliseconds) => milliseconds > 10_000).map(String)
    ),
    without("no answer is a 5xx other than 503", answers.filter((name) => /^5(?!03)/.test(name))),
    {
      name: "answers 503 while the database was away",
      measured: String(away.reduce((sum, [, n]) => sum + n, 0)),
      met: away.length > 0
    },
    without("every batch that ran during a crash is answered whole", [...first.broken, ...second.broken]),
    ...yield* verify(url, journal.answered, parts.mail.accepted),
    ...checks,
    {
      // more while the database stays away, as a server takes members that it must send away again
      name: "members whose sockets were closed with 1012, and who joined again",
      measured: `${rejoined}, at least ${together * (2 * nodes - 1)}`,
      met: rejoined >= together * (2 * nodes - 1)
    }
  ] satisfies ReadonlyArray<Check>
})
