import { Duration, Effect, Runtime } from "effect"
import { type Bound, type Fork, Run } from "../simulation/Run.ts"
import type { Scenario } from "../simulation/Scenario.ts"
import { blockEvents, EventLog, EventMemory } from "../timeline/EventLog.ts"
import { outcomeOf } from "../timeline/FiberHooks.ts"
import { FiberRecorder } from "../timeline/FiberRecorder.ts"
import { Recording } from "../timeline/Recording.ts"
import type { Timeline } from "../timeline/Timeline.ts"

/** Blocks of events of one recorded request; its attempts are few. */
const blocks = 64

/** Steps of a run between two looks at the recording. */
const steps = 256

/** The timeline of a request, or the reason why there is none. */
export type Recorded =
  | { readonly timeline: Timeline }
  | { readonly passed: Bound; readonly millis: number }
  | { readonly requests: number }

const pad = (request: number): string => request.toString(16).padStart(32, "0")

/**
 * Runs a scenario until one of its requests has ended, and records that request in virtual time by the server's own
 * recorder. Its time begins at the arrival. The recorder changes nothing in the course of the run.
 */
export const recordRequest = (scenario: Scenario, seed: number, request: number): Recorded => {
  let recorder: FiberRecorder | undefined
  const fork: Fork = (number, effect, { clock, runtime, scheduler }) => {
    if (number !== request) return undefined
    const memory = new EventMemory(blocks)
    const log = new EventLog(memory, blocks * blockEvents)
    const recording = new Recording({ id: pad(request), name: `request ${request}`, clock: "virtual" }, log, clock)
    const recorded = new FiberRecorder(recording, { clock, scheduler, collector: undefined })
    recorder = recorded
    const fiber = Runtime.runFork(recorded.runtime(runtime), Effect.withSpan(effect, `request ${request}`))
    // at the same time, but after the recorder has seen the end of the fiber
    fiber.addObserver((exit) => scheduler.scheduleTask(() => recording.end(outcomeOf(exit)), 0))
    return fiber
  }
  const run = new Run(scenario, seed, { fork })
  let isOver = false
  while (!isOver && recorder?.recording.ended === undefined) isOver = run.advance(steps)
  if (recorder?.recording.ended !== undefined) return { timeline: recorder.timeline() }
  const passed = run.passedBound
  return passed === undefined
    ? { requests: run.samples.requests }
    : { passed, millis: Duration.toMillis(run.clock.elapsed) }
}
