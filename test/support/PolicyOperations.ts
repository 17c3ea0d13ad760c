import { type Cause, Clock, Data, Duration, Effect, FastCheck, Fiber, FiberRef, Random } from "effect"
import type { Backoff, Policy } from "../../src/policy/Policy.ts"
import type { Transformer } from "../../src/policy/PolicyInterpreter.ts"
import type { PolicyFailure } from "../../src/policy/PolicyRefused.ts"

/** The failure of an operation; a transient one is retried. */
export class Broken extends Data.TaggedError("Broken")<{ readonly transient: boolean }> {}

export type Failure = Broken | PolicyFailure | Cause.TimeoutException

/** A random program whose parts sleep, fork, fail, hang, clean up and stand under policies themselves. */
export type Operation =
  | { readonly kind: "sleep"; readonly nanos: number }
  | { readonly kind: "fail"; readonly transient: boolean }
  | { readonly kind: "die" | "never" | "interrupt" | "yield" }
  | { readonly kind: "set"; readonly value: number }
  | {
    readonly kind: "sequence" | "recover" | "race" | "raceFirst" | "fork" | "daemon" | "join"
    readonly of: readonly [Operation, Operation]
  }
  | { readonly kind: "uninterruptible" | "interruptible" | "disconnect"; readonly inner: Operation }
  | { readonly kind: "cleanup" | "bracket" | "timeout"; readonly inner: Operation; readonly nanos: number }
  | { readonly kind: "each"; readonly items: ReadonlyArray<Operation>; readonly concurrency: 1 | "unbounded" }
  | { readonly kind: "policy"; readonly policy: Policy; readonly inner: Operation; readonly hook: number | undefined }

/** Draws any nanosecond, so that sums are rarely equal: the order of events within one instant is not compared. */
export const arbitraryNanos = (max: number): FastCheck.Arbitrary<number> =>
  FastCheck.noBias(FastCheck.noShrink(FastCheck.integer({ min: 1, max })))

const nanos = arbitraryNanos(400_000_000)

const millis = FastCheck.integer({ min: 0, max: 150 }).map(Duration.millis)

const backoff: FastCheck.Arbitrary<Backoff> = FastCheck.oneof(
  FastCheck.record({ kind: FastCheck.constant("constant" as const), base: millis }),
  FastCheck.record({ kind: FastCheck.constant("linear" as const), base: millis }),
  FastCheck.record({ kind: FastCheck.constant("exponential" as const), base: millis })
)

const retry = FastCheck.record({
  attempts: FastCheck.integer({ min: 1, max: 4 }),
  backoff,
  jitter: FastCheck.constantFrom("none" as const, "full" as const)
})

const limit = nanos.map((count) => Duration.nanos(BigInt(count)))

/** Draws policies of every combination of parts. */
export const policies: FastCheck.Arbitrary<Policy> = FastCheck.record(
  { timeout: limit, attemptTimeout: limit, retry },
  { requiredKeys: [] }
)

/** Draws operations some levels deep. */
export const operations: FastCheck.Arbitrary<Operation> = FastCheck.letrec<{ operation: Operation }>((tie) => {
  const operation = tie("operation")
  const two = FastCheck.tuple(operation, operation)
  const kinds = <const K extends string>(...all: ReadonlyArray<K>) => FastCheck.constantFrom(...all)
  return {
    operation: FastCheck.oneof(
      { maxDepth: 5, depthSize: "medium", withCrossShrink: true },
      FastCheck.record({ kind: kinds("sleep"), nanos }),
      FastCheck.record({ kind: kinds("fail"), transient: FastCheck.boolean() }),
      FastCheck.record({ kind: kinds("die", "never", "interrupt", "yield") }),
      FastCheck.record({ kind: kinds("set"), value: FastCheck.nat(99) }),
      FastCheck.record({ kind: kinds("sequence", "recover"), of: two }),
      FastCheck.record({ kind: kinds("race", "raceFirst", "fork", "daemon", "join"), of: two }),
      FastCheck.record({ kind: kinds("uninterruptible", "interruptible", "disconnect"), inner: operation }),
      FastCheck.record({ kind: kinds("cleanup", "bracket", "timeout"), inner: operation, nanos }),
      FastCheck.record({
        kind: kinds("each"),
        items: FastCheck.array(operation, { minLength: 1, maxLength: 3 }),
        concurrency: FastCheck.constantFrom(1 as const, "unbounded" as const)
      }),
      FastCheck.record({
        kind: kinds("policy"),
        policy: policies,
        inner: operation,
        hook: FastCheck.option(nanos, { nil: undefined })
      })
    )
  }
}).operation

/** A FiberRef that operations change. */
export const ref = FiberRef.unsafeMake(0)

/** The surroundings of an operation: the way in which policies are applied, and the recorder of events. */
export interface Surroundings {
  readonly transformer: (policy: Policy) => Effect.Effect<Transformer>
  readonly record: (event: string) => Effect.Effect<void>
}

const sleep = (count: number) => Effect.sleep(Duration.nanos(BigInt(count)))

/**
 * Runs a concurrent branch with its own Random and starting instant, as the order within one instant is not compared.
 */
const branch = <A, E>(effect: Effect.Effect<A, E>, path: string): Effect.Effect<A, E> =>
  Effect.zipRight(sleep(hash(path)), effect).pipe(Effect.withRandom(Random.make(path)))

/** Maps a path to some nanoseconds, up to a millisecond. */
const hash = (path: string): number => [...path].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 999_983, 7)

/** Turns the operation into an effect that records its events under its path. */
export const effectOf = (
  operation: Operation,
  { record, transformer }: Surroundings,
  path = "op"
): Effect.Effect<unknown, Failure> => {
  const part = (inner: Operation, name: number | string) =>
    effectOf(inner, { record, transformer }, `${path}.${operation.kind}${name}`)
  const parallel = (inner: Operation, name: number | string) => branch(part(inner, name), `${path}${name}`)
  const say = (event: string) =>
    Effect.flatMap(FiberRef.get(ref), (value) => record(`${path} ${operation.kind} ${event} ref=${value}`))
  const cleaned = (event: string, count: number) =>
    say(`${event}...`).pipe(Effect.zipRight(sleep(count)), Effect.zipRight(say(event)))
  switch (operation.kind) {
    case "sleep":
      return Effect.zipRight(sleep(operation.nanos), say("slept")).pipe(Effect.onInterrupt(() => say("interrupted")))
    case "fail":
      return Effect.zipRight(say("fails"), new Broken({ transient: operation.transient }))
    case "die":
      return Effect.zipRight(say("dies"), Effect.die("bug"))
    case "interrupt":
      return Effect.zipRight(say("interrupts"), Effect.interrupt)
    // not Effect.never, whose timer would keep the process alive
    case "never":
      return Effect.onInterrupt(Effect.async<never>(() => {}), () => say("interrupted"))
    case "yield":
      return Effect.yieldNow()
    case "set":
      return Effect.zipRight(FiberRef.set(ref, operation.value), say("set"))
    case "sequence":
      return Effect.zipRight(part(operation.of[0], 1), part(operation.of[1], 2))
    case "recover":
      return Effect.catchAll(part(operation.of[0], 1), () => part(operation.of[1], 2))
    case "race":
      return Effect.race(parallel(operation.of[0], 1), parallel(operation.of[1], 2))
    case "raceFirst":
      return Effect.raceFirst(parallel(operation.of[0], 1), parallel(operation.of[1], 2))
    case "fork":
      return Effect.zipRight(Effect.fork(parallel(operation.of[0], 1)), part(operation.of[1], 2))
    case "daemon":
      return Effect.zipRight(Effect.forkDaemon(parallel(operation.of[0], 1)), part(operation.of[1], 2))
    case "join":
      return Effect.flatMap(
        Effect.fork(parallel(operation.of[0], 1)),
        (fiber) => Effect.zipRight(part(operation.of[1], 2), Fiber.join(fiber))
      )
    case "uninterruptible":
      return Effect.uninterruptible(part(operation.inner, ""))
    case "interruptible":
      return Effect.interruptible(part(operation.inner, ""))
    case "disconnect":
      return Effect.disconnect(part(operation.inner, ""))
    case "timeout":
      return Effect.timeout(part(operation.inner, ""), Duration.nanos(BigInt(operation.nanos)))
    case "cleanup":
      return Effect.onInterrupt(part(operation.inner, ""), () => cleaned("cleaned up", operation.nanos))
    case "bracket":
      return Effect.acquireUseRelease(
        say("acquired"),
        () => part(operation.inner, ""),
        () => cleaned("released", operation.nanos)
      )
    case "each":
      // Effect 3.22 leaves items running after a failure in an uninterruptible region, and under a bounded concurrency
      return Effect.checkInterruptible((isInterruptible) =>
        Effect.forEach(operation.items, (item, index) => parallel(item, index), {
          concurrency: isInterruptible ? operation.concurrency : 1,
          discard: true
        })
      )
    case "policy":
      return Effect.flatMap(transformer(operation.policy), (apply) =>
        apply(
          Effect.zipRight(say("attempt"), part(operation.inner, "")),
          ({ attempt, delay, error }) =>
            Effect.zipRight(
              say(`attempt ${attempt} failed: ${String(error)}, ${String(delay)}`),
              operation.hook === undefined ? Effect.void : sleep(operation.hook)
            )
        ))
  }
}

/** Records events with their virtual nanosecond. */
export const recorder = () => {
  const events: Array<{ readonly at: bigint; readonly event: string }> = []
  const record = (event: string) =>
    Effect.map(Clock.currentTimeNanos, (at) => {
      events.push({ at, event })
    })
  /** Sorts events by time, and within an instant by name. */
  const trace = () =>
    events
      .map(({ at, event }) => `${String(at).padStart(15)} ${event}`)
      .sort()
  return { record, trace }
}
