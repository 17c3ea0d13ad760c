import { type Event, kinds } from "./EventLog.ts"
import { nameOf } from "./spanNames.ts"

/** A fiber that could have run, with the time for which it could not, in nanoseconds. */
export interface Robbed {
  readonly fiber: number
  readonly name: string
  readonly stolen_ns: number
}

const nanosPerMilli = 1_000_000

/** The state of each fiber at a moment: since when it could run, or from when on. */
class Moment {
  readonly names = new Map<number, string>()
  readonly runnable = new Map<number, number>()
  /** Running time of all fibers since a moment. */
  ran = 0
  private readonly sleeps = new Map<number, number>()
  private readonly running = new Map<number, number>()
  private readonly from: number

  constructor(from: number) {
    this.from = from
  }

  take({ a, fiber, kind, time }: Event): void {
    switch (kind) {
      case kinds.start:
      case kinds.ready:
        this.runnable.set(fiber, time)
        return
      case kinds.run:
        this.runnable.delete(fiber)
        this.running.set(fiber, time)
        return
      case kinds.sleep:
        this.sleeps.set(fiber, a * nanosPerMilli)
        return
      case kinds.suspend:
        return this.suspend(fiber, time)
      case kinds.end:
        this.runnable.delete(fiber)
        return
      case kinds.span:
        if (!this.names.has(fiber)) this.names.set(fiber, nameOf(a))
    }
  }

  /** Ends a time of running. A fiber that sleeps could run again once its sleep is over. */
  suspend(fiber: number, time: number): void {
    const since = this.running.get(fiber)
    if (since !== undefined) this.ran += Math.max(0, time - Math.max(since, this.from))
    this.running.delete(fiber)
    const sleep = this.sleeps.get(fiber)
    if (sleep !== undefined) this.runnable.set(fiber, time + sleep)
    this.sleeps.delete(fiber)
  }

  close(time: number): void {
    for (const fiber of this.running.keys()) this.suspend(fiber, time)
  }
}

/**
 * Finds the fibers of one recording that could have run while the event loop was kept: those that were ready, and
 * those whose sleep was over. A fiber that waited for the outside world may have been one too; nothing tells.
 */
export const victimsOf = (
  events: ReadonlyArray<Event>,
  from: number,
  to: number
): { readonly victims: ReadonlyArray<Robbed>; readonly ran: number } => {
  const moment = new Moment(from)
  for (const event of events) if (event.time <= to) moment.take(event)
  moment.close(to)
  const victims = [...moment.runnable].flatMap(([fiber, since]): ReadonlyArray<Robbed> =>
    since < to
      ? [{ fiber, name: moment.names.get(fiber) ?? `#${fiber}`, stolen_ns: to - Math.max(since, from) }]
      : []
  )
  return { victims, ran: moment.ran }
}
