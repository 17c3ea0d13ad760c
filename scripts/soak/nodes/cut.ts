// The view of a server's clients while it is cut off from its database, and afterwards.
import { Clock, type Duration, Effect, Function } from "effect"
import { join } from "../../harness/chat/client.ts"
import type { Check } from "../../harness/checks.ts"
import type { Node } from "./Node.ts"
import { isHeard, readEvents, rejoins, since } from "./spectators.ts"
import { until } from "./until.ts"
import { type Seen, watch } from "./watch.ts"
import { shardsOf, untilBusy, workOf } from "./work.ts"

/** Limits in milliseconds of what clients see. */
const limits = {
  /** The first 503 of `/health/ready`: two questions of the server to its database, with a busy machine's margin. */
  unready: 3000,
  /** A request that is shed: the time after which a silent database is given up, and a margin. */
  shed: 5000,
  live: 500,
  /** The end of chat sockets, which the others take for left after 8 s. */
  closed: 12_000,
  ready: 5000,
  served: 5000,
  shards: 10_000,
  events: 10_000,
  chat: 10_000
}

type Figure = keyof typeof limits

const names: Readonly<Record<Figure, string>> = {
  unready: "not ready, for want of the database, after the cut",
  shed: "longest request during the cut",
  live: "longest answer of /health/live during the cut",
  closed: "chat sockets closed after the cut, so that their clients join elsewhere",
  ready: "ready after the mend",
  served: "reads and changes served after the mend",
  shards: "jobs taken again after the mend",
  events: "an open event stream goes on after the mend",
  chat: "members hear those of other servers after the mend"
}

export interface Outcome {
  readonly figures: Readonly<Record<Figure, number>>
  /** Answers that were neither a 503 with its reason and Retry-After nor sent before the server noticed. */
  readonly wrong: ReadonlyArray<string>
}

const longest = (all: ReadonlyArray<Seen>) => Math.max(0, ...all.map(({ milliseconds }) => milliseconds))

const shown = ({ milliseconds, reason, retryAfter, status }: Seen, kind: string) =>
  `${kind}: ${status} ${reason ?? ""} Retry-After ${retryAfter} after ${milliseconds} ms`

/** Cuts a server off for a time while it runs jobs, and returns which, and what its clients saw. */
export const cutOff = (url: string, node: Node, other: Node, absence: Duration.Duration) =>
  Effect.scoped(Effect.gen(function*() {
    const seen = yield* watch(node.port)
    const reader = yield* readEvents(node.port)
    const member = yield* join(node.port, 1)
    const speaker = yield* join(other.port, 2)
    yield* until(isHeard(speaker, member), Function.identity)
    yield* untilBusy(url, node.pid)
    const cut = yield* Clock.currentTimeMillis
    yield* node.network.cut
    const closed = yield* Effect.fork(since(cut, Effect.sync(() => !member.isOpen)))
    const work = yield* workOf(url, node.pid, cut)
    yield* Effect.sleep(absence).pipe(Effect.ensuring(node.network.mend))
    const mended = yield* Clock.currentTimeMillis
    const after = (all: ReadonlyArray<Seen>) =>
      since(mended, Effect.sync(() => all.some(({ at, status }) => at > mended && status < 300 && status > 0)))
    const healed = yield* Effect.all({
      closed,
      ready: after(seen.ready),
      served: Effect.map(
        Effect.all([after(seen.reads), after(seen.changes)], { concurrency: 2 }),
        (both) => Math.max(...both)
      ),
      shards: since(
        mended,
        Effect.map(shardsOf(url, node.pid), (held) => held > 0)
      ),
      events: since(mended, Effect.sync(() => reader.isOpen && reader.last > mended)),
      chat: since(mended, rejoins(node.port, 3, speaker))
    }, { concurrency: "unbounded" })
    const within = (all: ReadonlyArray<Seen>) => all.filter(({ at }) => at >= cut && at < mended)
    const ready = within(seen.ready)
    const noticed = ready.find(({ status }) => status === 503)?.at ?? Infinity
    const isShed = ({ retryAfter, status }: Seen) => status === 503 && retryAfter !== undefined
    const asked = [...within(seen.reads), ...within(seen.changes)]
    return {
      from: cut,
      work,
      outcome: {
        figures: { ...healed, unready: noticed - cut, shed: longest(asked), live: longest(within(seen.live)) },
        wrong: [
          ...ready.filter((one) => one.at >= noticed && !(isShed(one) && one.reason === "database"))
            .map((one) => shown(one, "ready")),
          ...asked.filter((one) => !isShed(one)).map((one) => shown(one, "request"))
        ]
      } satisfies Outcome
    }
  }))

/** Makes the checks of all rounds. */
export const checksOf = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<Check> => {
  const bounded = (figure: Figure): Check => {
    const all = outcomes.map(({ figures }) => figures[figure])
    return {
      name: `${names[figure]}, ms (at most ${limits[figure]})`,
      measured: all.join(", "),
      met: all.every((milliseconds) => milliseconds <= limits[figure])
    }
  }
  const wrong = outcomes.flatMap((outcome) => outcome.wrong)
  return [
    {
      name: "answers during the cut other than 503 with its reason and Retry-After",
      measured: [String(wrong.length), ...wrong.slice(0, 5)].join("\n           "),
      met: wrong.length === 0
    },
    ...(["unready", "shed", "live", "closed", "ready", "served", "shards", "events", "chat"] as const).map(bounded)
  ]
}
