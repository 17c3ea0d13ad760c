import { Clock, Data, Duration, Effect, Fiber, Layer } from "effect"
import type { Policy } from "../../../src/policy/Policy.ts"
import * as PolicyInterpreter from "../../../src/policy/PolicyInterpreter.ts"
import type { PolicyFailure } from "../../../src/policy/PolicyRefused.ts"
import * as Demo from "./Demo.ts"
import { Stage } from "./Stage.ts"

/** An accident of the modelled upstream. */
class Away extends Data.TaggedError("Away")<{ readonly retryAfter: Duration.Duration | undefined }> {
  readonly transient = true
}

/** A call as the modelled upstream sees it. */
interface Call {
  /** Calls before it. */
  readonly before: number
  /** The place of its client, from 0. */
  readonly client: number
  /** Calls in flight, itself included. */
  readonly inFlight: number
  /** Milliseconds since the part began. */
  readonly at: number
}

interface Answer {
  /** Milliseconds. */
  readonly takes: number
  readonly fails?: boolean
  readonly retryAfter?: Duration.Duration
}

/** A part of a demo: clients that call an upstream under a policy. */
export interface Part {
  readonly name: string
  readonly policy: Policy
  readonly clients: number
  /** Milliseconds between two clients; 0 for all at once. */
  readonly every: number
  readonly upstream: (call: Call) => Answer
  /** Calls that the upstream works on at once, in order of their arrival, whoever still waits for them. */
  readonly places?: number
  /** Milliseconds after which an answer is of no use to its client. */
  readonly patience?: number
}

const upstreamOf = ({ places, upstream }: Part) =>
  Effect.gen(function*() {
    const began = yield* Clock.currentTimeMillis
    const room = yield* Effect.makeSemaphore(places ?? Infinity)
    const seen = { calls: 0, inFlight: 0 }
    const work = (client: number) =>
      Effect.gen(function*() {
        const at = (yield* Clock.currentTimeMillis) - began
        seen.inFlight++
        const { fails, retryAfter, takes } = upstream({ before: seen.calls++, client, inFlight: seen.inFlight, at })
        yield* Effect.sleep(Duration.millis(takes))
        if (fails === true) return yield* new Away({ retryAfter })
      }).pipe(Effect.ensuring(Effect.sync(() => seen.inFlight--)))
    const call = (client: number) =>
      places === undefined
        ? work(client)
        : Effect.flatMap(Effect.forkDaemon(room.withPermits(1)(work(client))), Fiber.join)
    return { seen, call: (client: number) => Effect.withSpan(call(client), "Upstream.call") }
  })

const reasonOf = (error: Away | PolicyFailure): string => error._tag === "Away" ? "failed" : error.message

/** Runs a part, and tells how its clients fared and what the upstream bore. */
const played = (part: Part) =>
  Effect.gen(function*() {
    const { say } = yield* Stage
    const { apply } = yield* PolicyInterpreter.make(part.policy, part.name)
    const { call, seen } = yield* upstreamOf(part)
    const ends = new Map<string, number>()
    const count = (end: string) => ends.set(end, (ends.get(end) ?? 0) + 1)
    let longest = 0
    const client = (place: number) =>
      Effect.gen(function*() {
        yield* Effect.sleep(Duration.millis(place * part.every))
        const [took, error] = yield* Effect.timed(
          Effect.match(apply()(call(place)), { onFailure: reasonOf, onSuccess: () => undefined })
        )
        const millis = Duration.toMillis(took)
        if (error !== undefined) return count(error.replace(/, for .*/, ""))
        longest = Math.max(longest, millis)
        return count(millis > (part.patience ?? Infinity) ? "served too late" : "served")
      })
    const clients = Array.from({ length: part.clients }, (_, place) => place)
    yield* Effect.forEach(clients, client, { concurrency: "unbounded", discard: true })
    const told = [...ends].map(([end, number]) => `${number} ${end}`).join(", ")
    yield* say(`of ${part.clients}: ${told}; ${seen.calls} calls; the longest answer took ${longest} ms`)
  })

/** Makes a demo of a kind of policy from parts that show it helping and harming, with and without it. */
export const make = (
  name: string,
  shows: readonly [string, string],
  parts: ReadonlyArray<Part>
): Demo.Demo =>
  Demo.make({
    name,
    shows,
    needs: "clock",
    operations: ["Upstream.call"],
    services: Layer.empty,
    program: Effect.gen(function*() {
      const { part } = yield* Stage
      yield* Effect.forEach(parts, (one) => part(one.name, played(one)), { concurrency: 1, discard: true })
    })
  })

/** Returns a part without a policy and the same with it. */
export const compared = (
  name: string,
  { policy, without = {}, ...part }: Omit<Part, "name"> & { readonly without?: Policy }
): ReadonlyArray<Part> => [
  { ...part, name: `${name}, without`, policy: without },
  { ...part, name: `${name}, with`, policy }
]
