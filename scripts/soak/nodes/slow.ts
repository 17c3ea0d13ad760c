// A database that answers late, to all servers.
import { Console, Duration, Effect } from "effect"
import { type Check, exactly } from "../../harness/checks.ts"
import { ask } from "../../harness/postgresClient.ts"
import type { Node } from "./Node.ts"
import { type Seen, watch } from "./watch.ts"

/** Delay of each message to the database, and of each from it. */
const delay = Duration.millis(200)

/** Time under the delay. */
const time = Duration.minutes(1)

/** Limit of an answer that asks the database nothing, in milliseconds. */
const mostLive = 500

/** Slows the network of all servers, and checks that none of them counts as cut off. */
export const slowly = (url: string, nodes: ReadonlyArray<Node>) =>
  Effect.scoped(Effect.gen(function*() {
    const slow = (duration: Duration.Duration) =>
      Effect.forEach(nodes, ({ network }) => network.slow(Duration.toMillis(duration)), { discard: true })
    const seen = yield* Effect.forEach(nodes, ({ port }) => watch(port))
    yield* slow(delay)
    yield* Console.log(
      `the database answers ${Duration.format(Duration.times(delay, 2))} later, for ${Duration.format(time)}`
    )
    yield* Effect.sleep(time)
    const [lost] = yield* ask(url, "SELECT COUNT(*)::int AS lost FROM job_attempts WHERE outcome = 'lost'")
    const [done] = yield* ask(
      url,
      "SELECT COUNT(*)::int AS done FROM jobs WHERE kind = 'registration' AND state = 'succeeded'"
    )
    const all = <K extends keyof (typeof seen)[number]>(kind: K) =>
      seen.flatMap((one): ReadonlyArray<Seen> => one[kind])
    const [live, ready, work] = [all("live"), all("ready"), [...all("reads"), ...all("changes")]]
    yield* slow(Duration.zero)
    const sorted = live.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
    const longest = sorted.at(-1) ?? 0
    yield* Console.log(
      `${done?.["done"]} jobs done; ${live.length} answers of /health/live: median ${
        sorted[Math.floor(sorted.length / 2)]
      } ms, longest ${longest} ms; ${work.length} reads and changes, longest ${
        Math.max(...work.map(({ milliseconds }) => milliseconds))
      } ms`
    )
    return [
      exactly("answers of /health/ready other than 200", 0, ready.filter(({ status }) => status !== 200).length),
      {
        name: `longest answer of /health/live, ms (at most ${mostLive})`,
        measured: String(longest),
        met: longest <= mostLive
      },
      exactly("reads and changes that failed", 0, work.filter(({ status }) => status >= 300 || status === 0).length),
      exactly("attempts lost by a false takeover", 0, Number(lost?.["lost"]))
    ] satisfies ReadonlyArray<Check>
  }))
