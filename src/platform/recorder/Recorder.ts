import { Clock, Context, Effect, type Fiber, Layer, Option, Stream, type Tracer } from "effect"
import { newTraceId } from "../../domain/TraceIds.ts"
import { EventLog } from "../../timeline/EventLog.ts"
import { FiberRecorder } from "../../timeline/FiberRecorder.ts"
import { Recording } from "../../timeline/Recording.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { SpanCollector } from "../observability/SpanCollector.ts"
import { keepsSpans } from "../observability/Tracing.ts"
import { Changes } from "./Changes.ts"
import * as Growth from "./Growth.ts"
import { type Broken, LawCheck } from "./LawCheck.ts"
import { Recorded, type Run } from "./Recorded.ts"
import { RecordingStore } from "./RecordingStore.ts"
import { Sampler, type Sampling } from "./Sampler.ts"
import type { Filter, Summary } from "./Summary.ts"

export interface Limits {
  /** Bytes of all recordings together. */
  readonly memory: number
  /** The choice of requests; as many jobs are chosen. */
  readonly sampling: Sampling
  /** Beginnings of the paths whose requests are recorded only if their caller asks. */
  readonly unsampled: ReadonlyArray<string>
  /** Checks each recording at its end for contradictions. */
  readonly isChecked?: boolean
}

/** Events of one recording; beyond it the oldest are dropped. An hour of a busy websocket does not fit. */
const mostEvents = 20_000

/** Runs of this many nanoseconds or more stay longer than others. */
const slowNs = 1_000_000_000

/** A request that has reached its operation. */
export interface Asked {
  readonly name: string
  readonly route: string
  /** The caller's span, whose trace the recording belongs to. */
  readonly caller: Option.Option<Tracer.AnySpan>
  /** The arrival, in milliseconds of `performance.now()`. */
  readonly arrived: number
}

export interface Figures {
  /** Recordings since the start, by kind. */
  readonly recorded: Readonly<Record<Run["kind"], number>>
  readonly kept: number
  readonly pushedOut: number
  /** Events that did not fit into a recording, or into the memory, since the start. */
  readonly lostEvents: number
  readonly bytes: number
  /** Contradictions in recordings, by law; none where they are not checked. */
  readonly broken: Broken
}

/** An experiment, which is always recorded. */
export interface Experiment {
  readonly id: string
  /** Runs the experiment in a fiber of its own, which ends the recording. */
  readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Runs an effect in another recorded fiber; unrecorded once the experiment has ended. */
  readonly within: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Finds one of its fibers that has not ended. */
  readonly fiber: (id: number) => Option.Option<Fiber.RuntimeFiber<unknown, unknown>>
}

interface Shape {
  /** Begins the recording of a request, if it is one of those to record. */
  readonly request: (asked: Asked) => Recorded | undefined
  /** Runs a job, recorded if it is one of those to record. */
  readonly job: (kind: string, url: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Begins an experiment; none if all recordings in memory still run. */
  readonly experiment: (name: string) => Effect.Effect<Option.Option<Experiment>>
  /** Lists recordings, newest first. */
  readonly list: (filter: Filter) => ReadonlyArray<Summary>
  readonly get: (id: string) => Option.Option<Timeline>
  readonly summary: (id: string) => Option.Option<Summary>
  /** Streams recordings as they begin and end; those of one chunk came together, while the reader did not read. */
  readonly changes: Stream.Stream<Summary>
  /** Streams a timeline while it grows; its last element is the whole. */
  readonly watch: (id: string) => Option.Option<Stream.Stream<Timeline>>
  readonly figures: () => Figures
  /** Tells that the server ends what still runs, which is the cause of interruptions from now on. */
  readonly stopping: () => void
}

/** Recordings of requests, jobs and experiments in memory. Without the layer nothing is recorded. */
export class Recorder extends Context.Reference<Recorder>()<"barista/platform/recorder/Recorder", Shape>(
  "barista/platform/recorder/Recorder",
  { defaultValue: () => off }
) {
  static readonly layer = (limits: Limits) => Layer.effect(Recorder, make(limits))
}

const off: Shape = {
  request: () => undefined,
  job: () => (effect) => effect,
  experiment: () => Effect.succeedNone,
  list: () => [],
  get: () => Option.none(),
  summary: () => Option.none(),
  changes: Stream.empty,
  watch: () => Option.none(),
  figures: () => ({
    recorded: { request: 0, job: 0, experiment: 0 },
    kept: 0,
    pushedOut: 0,
    lostEvents: 0,
    bytes: 0,
    broken: {}
  }),
  stopping: () => undefined
}

const make = (limits: Limits): Effect.Effect<Shape> =>
  Effect.withFiberRuntime((serving) =>
    Effect.map(Effect.all([SpanCollector, Effect.runtime<never>()]), ([collect, runtime]): Shape => {
      const check = limits.isChecked === true ? new LawCheck(runtime) : undefined
      const store = new RecordingStore(limits.memory, slowNs)
      const samplers = { request: new Sampler(limits.sampling), job: new Sampler(limits.sampling) }
      const recorded = { request: 0, job: 0, experiment: 0 }
      const changes = new Changes()
      const growth = Growth.make()
      const unsampled = new Map<string, boolean>()
      let numbers = 0
      let isStopping = false

      const isUnsampled = (route: string): boolean => {
        const known = unsampled.get(route)
        if (known !== undefined) return known
        const is = limits.unsampled.some((beginning) => route.startsWith(beginning))
        unsampled.set(route, is)
        return is
      }

      const ended = (run: Recorded) => {
        store.ended(run)
        changes.tell(run)
        check?.ended(run)
      }

      /** Begins a recording within the surroundings of a fiber; undefined if all recordings in memory still run. */
      const begin = (
        run: Run,
        fiber: Fiber.RuntimeFiber<unknown, unknown>,
        trace?: string
      ): Recorded | undefined => {
        if (!store.hasRoom()) return undefined
        const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
        // a second run in a trace gets an id of its own
        const id = trace === undefined || store.get(trace) !== undefined ? newTraceId() : trace
        const log = new EventLog(store.memory, mostEvents)
        const recorder = new FiberRecorder(new Recording({ id, name: run.name, clock: "live" }, log, clock), {
          clock,
          scheduler: fiber.currentScheduler,
          collector: fiber.currentTracer !== undefined && keepsSpans(fiber.currentTracer)
            ? fiber.currentTracer
            : collect?.(id),
          keepsFibers: run.kind === "experiment"
        })
        const begun = new Recorded(run, ++numbers, recorder, ended)
        if (isStopping) begun.stopping()
        recorded[run.kind]++
        store.add(begun)
        changes.tell(begun)
        return begun
      }

      const shape: Shape = {
        request: ({ arrived, caller, name, route }) => {
          const isAsked = Option.exists(caller, ({ sampled }) => sampled)
          if (!isAsked && (isUnsampled(route) || !samplers.request.takes(arrived))) return undefined
          const trace = Option.getOrUndefined(caller)?.traceId
          return begin({ kind: "request", name, route }, serving, trace)
        },
        job: (kind, url) => (effect) =>
          Effect.withFiberRuntime((fiber) => {
            const run: Run = { kind: "job", name: kind, route: url }
            const begun = samplers.job.takes(performance.now()) ? begin(run, fiber) : undefined
            return begun === undefined ? effect : begun.record(effect)
          }),
        experiment: (name) =>
          Effect.withFiberRuntime((fiber) =>
            Effect.sync(() =>
              Option.map(
                Option.fromNullable(begin({ kind: "experiment", name, route: null }, fiber)),
                (begun): Experiment => ({
                  id: begun.id,
                  run: (effect) => begun.record(effect),
                  within: (effect) => Effect.suspend(() => begun.within(effect)),
                  fiber: (id) => begun.fiber(id)
                })
              )
            )
          ),
        list: (filter) => store.list(filter).map(({ summary }) => summary),
        get: (id) => Option.map(Option.fromNullable(store.get(id)), (found) => found.timeline()),
        summary: (id) => Option.map(Option.fromNullable(store.get(id)), (found) => found.summary),
        changes: changes.stream,
        watch: (id) => Option.map(Option.fromNullable(store.get(id)), growth),
        figures: () => ({
          recorded,
          kept: store.size,
          pushedOut: store.pushedOut,
          lostEvents: store.memory.lost,
          bytes: store.bytes,
          broken: check?.broken ?? {}
        }),
        stopping: () => {
          isStopping = true
          for (const run of store.newestFirst()) run.stopping()
        }
      }
      return shape
    })
  )
