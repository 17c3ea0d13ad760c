import { Cause, Clock, Duration, Effect, Exit, FiberRef, HashSet, Logger, LogLevel, Option } from "effect"
import * as LoopDelay from "../../../src/platform/observability/LoopDelay.ts"
import { runVirtual } from "../../../src/simulation/VirtualClock.ts"
import * as FiberRecorder from "../../../src/timeline/FiberRecorder.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import * as AcceleratedClock from "./AcceleratedClock.ts"
import * as Concurrency from "./Concurrency.ts"
import type { Demo } from "./Demo.ts"
import { cells, type Figures, heads, table } from "./Figures.ts"
import type { Print } from "./Output.ts"
import { type Mode, Stage } from "./Stage.ts"

/** The exit of a demo and its measurements, first its parts, then the whole. */
export interface Performance {
  readonly demo: Demo
  readonly exit: Exit.Exit<void>
  readonly figures: ReadonlyArray<Figures>
  /** The timeline of its fibers; undefined where the demo failed before its program began. */
  readonly timeline: Timeline | undefined
}

/** Milliseconds of silence after which the audience hears that work is still in flight. */
const silence = 1_000
/** Milliseconds in which a line that is due may still come first. */
const grace = 50

/** The pause between two pictures of a timeline that grows. */
const redrawn = Duration.millis(100)

/** Prints the lines of one demo, each with the time since its start by the demo's clock. */
const narrator = (print: Print) => {
  const live = Clock.make()
  let clock: Clock.Clock = live
  let began = live.unsafeCurrentTimeNanos()
  let spoke = live.unsafeCurrentTimeMillis()
  const say = (line: string) => {
    const seconds = Number(clock.unsafeCurrentTimeNanos() - began) / 1e9
    print(`[${seconds.toFixed(3).padStart(7)} s] ${line}`)
    spoke = live.unsafeCurrentTimeMillis()
  }
  const begin = Effect.map(Effect.clock, (current) => {
    clock = current
    began = current.unsafeCurrentTimeNanos()
    spoke = live.unsafeCurrentTimeMillis()
  })
  /** Breaks every silence, until interrupted. */
  const breakSilence = (line: () => string) =>
    Effect.suspend(() => Effect.sleep(spoke + silence + grace - live.unsafeCurrentTimeMillis())).pipe(
      Effect.zipRight(Effect.sync(() => {
        const due = spoke + silence
        if (live.unsafeCurrentTimeMillis() < due + grace) return
        say(line())
        spoke = due
      })),
      Effect.forever,
      Effect.withClock(live)
    )
  const logger = Logger.make(({ cause, message }) =>
    say(Cause.isEmpty(cause) ? String(message) : `${message} ${Cause.pretty(cause)}`)
  )
  /** Prints the product's log lines. Where a server has silenced its log, its fibers stay silent. */
  const telling = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.locally(FiberRef.currentLoggers, HashSet.make(logger)),
      Logger.withMinimumLogLevel(LogLevel.Info)
    )
  return { say, begin, breakSilence, telling }
}

/** Measures an effect while it runs. */
const measurer = (mode: Mode, concurrency: Concurrency.Concurrency) => {
  const figures: Array<Figures> = []
  const measured = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.scoped(Effect.gen(function*() {
      const loopDelay = mode === "live" ? Effect.asSome(yield* LoopDelay.measure) : Effect.succeedNone
      const most = concurrency.observe()
      const [wall, value] = yield* Effect.timed(effect)
      figures.push({ name, wall, concurrency: most(), loopDelay: yield* loopDelay })
      return value
    }))
  return { figures, measured }
}

const header = ({ name, pace, shows }: Demo, mode: Mode) => {
  const time = mode === "virtual"
    ? " (virtual time)"
    : pace === undefined
    ? ""
    : ` (its clock runs ${pace} times as fast)`
  return [`${name}${time}`, ...shows.map((line) => `  ${line}`), ""]
}

const footer = (demo: Demo, figures: ReadonlyArray<Figures>, really: Option.Option<Duration.Duration>) => [
  "",
  ...table([["measured", ...heads], ...figures.map((row) => [row.name, ...cells(row)])]),
  `concurrency: the most of ${demo.operations.join(", ")} under way at once`,
  ...Option.match(really, {
    onNone: () => [],
    onSome: (duration) => [`in virtual time; really it took ${Duration.toMillis(duration).toFixed(0)} ms`]
  }),
  ""
]

/**
 * Plays a demo to its end: prints its description, its events as they happen, and the figures. Everything that the demo
 * started has ended then.
 */
export const perform = (
  demo: Demo,
  { mode, print, watch }: {
    readonly mode: Mode
    readonly print: Print
    /** Sees the timeline grow while a live demo runs. */
    readonly watch?: ((timeline: Timeline) => void) | undefined
  }
): Effect.Effect<Performance> =>
  Effect.gen(function*() {
    const { begin, breakSilence, say, telling } = narrator(print)
    const concurrency = Concurrency.make(yield* Effect.tracer, demo.operations, (name) => say(`${name} interrupted`))
    const { figures, measured } = measurer(mode, concurrency)
    const part = <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) =>
      Effect.zipRight(Effect.sync(() => say(`-- ${name}`)), measured(name, effect))
    const stage = Stage.of({ mode, say: (line) => Effect.sync(() => say(line)), part })

    let recording: FiberRecorder.FiberRecorder | undefined
    const recorded = (program: Effect.Effect<void, never, Stage>) =>
      Effect.flatMap(FiberRecorder.make(demo.name, mode), (begun) => {
        recording = begun
        return Effect.flatten(begun.run(program))
      })
    const watching = Effect.sync(() => {
      if (recording !== undefined) watch?.(recording.timeline())
    }).pipe(Effect.delay(redrawn), Effect.forever, Effect.withClock(Clock.make()))

    const live = Effect.gen(function*() {
      const program = telling(yield* demo.prepare)
      yield* Effect.forkScoped(
        breakSilence(() => (concurrency.open() === 0 ? "..." : `... ${concurrency.open()} under way`))
      )
      if (watch !== undefined) yield* Effect.forkScoped(watching)
      yield* Effect.withClock(
        Effect.zipRight(begin, measured("in all", recorded(program))),
        AcceleratedClock.make(demo.pace ?? 1)
      )
    })
    const virtual = Effect.gen(function*() {
      const program = telling(yield* demo.prepare)
      const { exit } = yield* runVirtual(Effect.zipRight(begin, measured("in all", recorded(program))), { seed: 1 })
      yield* exit
    })

    for (const line of header(demo, mode)) print(line)
    const [really, exit] = yield* (mode === "live" ? live : virtual).pipe(
      Effect.scoped,
      Effect.orDie,
      Effect.provideService(Stage, stage),
      Effect.withTracer(concurrency.tracer),
      Effect.exit,
      Effect.timed
    )
    if (Exit.isFailure(exit)) print(`${demo.name} failed: ${Cause.pretty(exit.cause, { renderErrorCause: true })}`)
    const realTime = mode === "virtual" ? Option.some(really) : Option.none()
    for (const line of footer(demo, figures, realTime)) print(line)
    return { demo, exit, figures, timeline: recording?.timeline() }
  })
