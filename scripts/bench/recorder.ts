// `npm run bench:recorder` measures the time that recording adds to a program of fibers that wait for the event loop,
// in nanoseconds an event. Recorded and plain runs take turns in one process. The bench stops by itself.
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { EventMemory } from "../../src/timeline/EventLog.ts"
import * as FiberRecorder from "../../src/timeline/FiberRecorder.ts"
import { median } from "./report/statistics.ts"

const rounds = 7
const fibers = 100
const waits = 200

const turn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

const program = Effect.forEach(
  Array.from({ length: fibers }),
  () => Effect.repeatN(turn, waits - 1),
  { concurrency: "unbounded", discard: true }
)

/** Measures an effect in microseconds of processor time. */
const cost = (effect: Effect.Effect<unknown>) =>
  Effect.suspend(() => {
    const before = process.cpuUsage()
    return Effect.map(effect, () => {
      const { system, user } = process.cpuUsage(before)
      return system + user
    })
  })

const round = Effect.gen(function*() {
  const plain = yield* cost(program)
  const memory = new EventMemory(1 << 14)
  const recording = yield* FiberRecorder.make("bench", "live", memory)
  const recorded = yield* cost(recording.run(program))
  return { plain, recorded, events: recording.recording.log.size }
})

NodeRuntime.runMain(Effect.gen(function*() {
  yield* round
  const results = yield* Effect.replicateEffect(round, rounds)
  const perEvent = results.map(({ events, plain, recorded }) => ((recorded - plain) / events) * 1000)
  yield* Console.log(`plain     ${results.map(({ plain }) => `${(plain / 1000).toFixed(1)} ms`).join(" ")}`)
  yield* Console.log(`recorded  ${results.map(({ recorded }) => `${(recorded / 1000).toFixed(1)} ms`).join(" ")}`)
  yield* Console.log(
    `an event  ${perEvent.map((nanos) => nanos.toFixed(0)).join(" ")} ns; median ${median(perEvent).toFixed(0)} ns`
  )
}))
