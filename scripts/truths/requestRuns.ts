import { HttpClientRequest } from "@effect/platform"
import { Effect, Schema } from "effect"
import { newTraceId } from "../../src/domain/TraceIds.ts"
import type { Timeline } from "../../src/timeline/Timeline.ts"
import { ask, often, type Seen, timelineOf, waited, wholeTimelineOf } from "./asking.ts"
import { SeenUpstream } from "./SeenUpstream.ts"
import { lengthOf, toMillis, type Truth } from "./Truth.ts"

/** A request that the client has seen, with its recording. */
interface Run {
  readonly seen: Seen
  readonly timeline: Timeline
}

const run = (...request: Parameters<typeof ask>) =>
  Effect.flatMap(ask(...request), (seen) => Effect.map(wholeTimelineOf(seen.trace), (timeline) => ({ seen, timeline })))

/** The work of all fibers ends before the client has the answer. */
const whole = (name: string, { seen, timeline }: Run): Truth => ({
  run: name,
  figure: "work of all fibers, beside its client",
  timeline: toMillis(Math.max(...timeline.fibers.map(({ to }) => to))),
  independent: waited(seen),
  relation: "at most"
})

const waitsFor = (timeline: Timeline, kind: string): number => lengthOf(timeline, ({ reason }) => reason?.kind === kind)

/** A timer of Node may fire one millisecond early. */
const early = 1

const Blocked = Schema.parseJson(Schema.Struct({ eventLoop: Schema.Struct({ blockedFor: Schema.Number }) }))

const sequential = Effect.gen(function*() {
  const asked = yield* run("/sync-multiple")
  const { eventLoop } = yield* Schema.decode(Blocked)(asked.seen.body)
  const name = "sequential, HTTP"
  return [whole(name, asked), {
    run: name,
    figure: "wait for the blocking thread, beside that thread's clock",
    timeline: waitsFor(asked.timeline, "worker"),
    independent: eventLoop.blockedFor * 1000,
    relation: "at least" as const
  }]
})

const parallel = Effect.gen(function*() {
  const asked = yield* run("/async-multiple")
  const name = "parallel, HTTP"
  return [whole(name, asked), {
    run: name,
    figure: "sleeps of all fibers, beside three tasks of 1 s",
    timeline: waitsFor(asked.timeline, "sleep"),
    independent: 3 * (1000 - early),
    relation: "at least" as const
  }]
})

const safeCalls = Effect.gen(function*() {
  const { callsOf } = yield* SeenUpstream
  const { seen, timeline } = yield* run("/safe-parallel-calls")
  const calls = callsOf(seen.trace)
  const answered = calls.find(({ path }) => path === "/delay/1")
  const truth = { run: "safe calls with timeout, HTTP" }
  const timeouts = timeline.interruptions.filter(({ why }) => why === "timeout")
  return [
    whole(truth.run, { seen, timeline }),
    {
      ...truth,
      figure: "calls (number), as the upstream counts",
      timeline: timeline.spans.filter(({ name }) => name === "Upstream.get").length,
      independent: calls.length,
      relation: "equal" as const
    },
    {
      ...truth,
      figure: "timeouts (number), beside calls that the upstream saw cut",
      timeline: timeouts.length,
      independent: calls.filter(({ answered }) => answered === undefined).length,
      relation: "equal" as const
    },
    {
      ...truth,
      figure: "timeout asked, beside the client",
      timeline: toMillis(timeouts[0]?.asked ?? Number.NaN),
      independent: waited(seen),
      relation: "at most" as const
    },
    {
      ...truth,
      figure: "wait for /delay/1, beside the delay of the upstream",
      timeline: lengthOf(timeline, ({ reason }) => reason?.kind === "upstream" && reason.url === "/delay/1"),
      independent: (answered?.answered ?? Number.NaN) - (answered?.arrived ?? 0) - early,
      relation: "at least" as const
    }
  ]
})

const Transferred = Schema.parseJson(Schema.Struct({ transaction_id: Schema.Int }))

const transfers = 8

const transferInGroup = Effect.gen(function*() {
  const transfer = run("/transfer-money/?from_user=1&to_user=2&amount=1", HttpClientRequest.post)
  const asked = yield* Effect.replicateEffect(transfer, transfers, { concurrency: "unbounded" })
  const answers = yield* Effect.forEach(asked, ({ seen }) => Schema.decode(Transferred)(seen.body), { concurrency: 1 })
  const commits = asked.flatMap(({ timeline }) => timeline.commits)
  const groups = new Set(commits.map(({ group }) => group))
  const changes = new Map(commits.map(({ fibers, group, others }) => [group, fibers.length + others]))
  const late = asked.map(({ seen, timeline }) => toMillis(timeline.commits[0]?.to ?? Number.NaN) - waited(seen))
  const [one] = asked.toSorted((a, b) => (late[asked.indexOf(b)] ?? 0) - (late[asked.indexOf(a)] ?? 0))
  const truth = { run: "transfers in a group, HTTP" }
  return [
    {
      ...truth,
      figure: `changes of ${groups.size} commits (number), beside transactions of the ledger`,
      timeline: [...changes.values()].reduce((sum, count) => sum + count, 0),
      independent: new Set(answers.map(({ transaction_id }) => transaction_id)).size,
      // a change of the server's own may share a commit
      relation: "at least" as const
    },
    {
      ...truth,
      figure: "told to be on the disk, beside the client with the least to spare",
      timeline: toMillis(one?.timeline.commits[0]?.to ?? Number.NaN),
      independent: one === undefined ? Number.NaN : waited(one.seen),
      relation: "at most" as const
    }
  ]
})

const retry = Effect.gen(function*() {
  const { callsOf } = yield* SeenUpstream
  const { seen, timeline } = yield* run("/unreliable?succeed_on=3")
  const calls = callsOf(seen.trace)
  const name = "retry, HTTP"
  return [
    whole(name, { seen, timeline }),
    {
      run: name,
      figure: "attempts (number), as the upstream counts",
      timeline: timeline.events.filter(({ kind }) => kind === "attempt").length,
      independent: calls.length,
      relation: "equal" as const
    },
    {
      run: name,
      figure: "pauses, beside the arrivals at the upstream",
      timeline: waitsFor(timeline, "pause"),
      independent: (calls.at(-1)?.arrived ?? Number.NaN) - (calls[0]?.arrived ?? 0),
      relation: "at most" as const
    }
  ]
})

const batch = (trace: string) =>
  run("/batch-process/", (url) => HttpClientRequest.bodyUnsafeJson(HttpClientRequest.post(url), ["a", "b", "c"]), trace)

const permits = Effect.gen(function*() {
  const both = yield* Effect.forEach([newTraceId(), newTraceId()], batch, { concurrency: 2 })
  const [first, second] = both.toSorted((a, b) => waitsFor(a.timeline, "permit") - waitsFor(b.timeline, "permit"))
  return [{
    run: "permits, HTTP",
    figure: "waits of three items, beside the client of the batch before",
    timeline: second === undefined ? Number.NaN : waitsFor(second.timeline, "permit"),
    independent: 3 * ((first?.seen.answered ?? Number.NaN) - (second?.seen.sent ?? 0)),
    relation: "at most" as const
  }]
})

const cpuPool = Effect.gen(function*() {
  const asked = yield* run("/cpu-intensive-async")
  return [whole("CPU pool, HTTP", asked), {
    run: "CPU pool, HTTP",
    figure: "wait for the thread, beside its client",
    timeline: waitsFor(asked.timeline, "worker"),
    independent: waited(asked.seen),
    relation: "at most" as const
  }]
})

/** Milliseconds for which the event loop is kept. */
const kept = 100

/** Milliseconds after the last beat in which a stall that no recording saw may have begun. */
const heartbeat = 10

const stalledLoop = Effect.gen(function*() {
  const trace = newTraceId()
  const asked = yield* Effect.fork(run("/async-multiple", HttpClientRequest.get, trace))
  yield* Effect.retry(timelineOf(trace), often)
  const took = yield* Effect.sync(() => {
    const from = performance.now()
    while (performance.now() < from + kept);
    return performance.now() - from
  })
  const { seen, timeline } = yield* asked
  const stalls = timeline.loop_stalls.map(({ from, to }) => toMillis(to - from))
  const truth = { run: "stalled loop, HTTP", timeline: Math.max(...stalls) }
  return [
    {
      ...truth,
      figure: "stall, beside the blocking code less a heartbeat",
      independent: took - heartbeat,
      relation: "at least" as const
    },
    { ...truth, figure: "stall, beside a client of that time", independent: waited(seen), relation: "at most" as const }
  ]
})

/** The runs that clients ask the server for. */
export const requestRuns = Effect.gen(function*() {
  const together = yield* Effect.all([sequential, parallel, safeCalls, retry, permits, cpuPool], {
    concurrency: "unbounded"
  })
  // alone: the first waits for nothing but its changes, and the last stops all that runs
  const alone = yield* Effect.all([transferInGroup, stalledLoop], { concurrency: 1 })
  return [...together, ...alone].flat()
})
