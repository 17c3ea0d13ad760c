import { Effect, Option, Stream } from "effect"
import type { Timeline } from "../../timeline/Timeline.ts"
import { betweenReaders, pauses } from "./pauses.ts"
import type { Recorded } from "./Recorded.ts"

/** Milliseconds between two timelines of a run that grows. */
const regrown = 250

/** Pauses, compared with the time that a timeline takes to be made: all watchers take a twentieth of the thread. */
const restPerWork = 20

/** The newest timeline of a run, which all of its watchers share. */
class Shared {
  watchers = 0
  /** Milliseconds that the timeline took to be made. */
  work = 0
  private readonly recorded: Recorded
  private timeline: Timeline | undefined
  private isWhole = false
  private madeAt = 0

  constructor(recorded: Recorded) {
    this.recorded = recorded
  }

  /** Returns the whole timeline of a run that has ended, and a recent one of another. */
  at(now: number): Timeline {
    const { isRunning } = this.recorded
    const isRecent = this.isWhole || (isRunning && now < this.madeAt + regrown)
    if (this.timeline !== undefined && isRecent) return this.timeline
    const began = performance.now()
    this.timeline = this.recorded.timeline()
    this.work = performance.now() - began
    this.madeAt = now
    this.isWhole = !isRunning
    return this.timeline
  }
}

/**
 * Makes the watching of runs: streams of a timeline while it grows, a few times a second, more rarely beside many
 * watchers, and once at its end.
 */
export const make = () => {
  const watched = new Map<Recorded, Shared>()
  const pause = pauses(regrown)
  const enter = (recorded: Recorded) =>
    Effect.sync(() => {
      const shared = watched.get(recorded) ?? new Shared(recorded)
      watched.set(recorded, shared)
      shared.watchers++
      return shared
    })
  const leave = (recorded: Recorded) => (shared: Shared) =>
    Effect.sync(() => {
      shared.watchers--
      if (shared.watchers === 0) watched.delete(recorded)
    })
  return (recorded: Recorded): Stream.Stream<Timeline> =>
    Stream.unwrapScoped(Effect.map(
      Effect.acquireRelease(enter(recorded), leave(recorded)),
      (shared) =>
        Stream.paginateEffect(
          Effect.void,
          (rest) =>
            Effect.zipRight(
              Effect.raceFirst(rest, recorded.whenEnded),
              Effect.clockWith((clock) =>
                Effect.sync(() => {
                  const goesOn = recorded.isRunning
                  const timeline = shared.at(clock.unsafeCurrentTimeMillis())
                  const next = pause(Math.max(betweenReaders, shared.work * restPerWork))
                  return [timeline, goesOn ? Option.some(next) : Option.none()] as const
                })
              )
            )
        )
    ))
}
