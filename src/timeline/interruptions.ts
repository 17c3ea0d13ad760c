import { cancellation, interruptors } from "../domain/Interruptors.ts"
import { type Event, kinds, nobody } from "./EventLog.ts"
import type { FiberStory, Stories } from "./FiberStory.ts"
import type { Interruption, InterruptionReason } from "./Timeline.ts"

const reasonsById: ReadonlyMap<number, InterruptionReason> = new Map([
  [interruptors["client left"].id, "client left"],
  [interruptors.cancelled.id, "cancelled"],
  [interruptors["plug pulled"].id, "plug pulled"]
])

/** An interruption while the events are read in order. */
interface Pending {
  readonly fiber: number
  readonly interruptor: number
  readonly by: number | null
  readonly why: InterruptionReason
  readonly asked: number
  honoured: number | null
  cleaned_up: number | null
}

class Interruptions {
  readonly all: Array<Pending> = []
  private readonly stories: Stories
  /** Interruptions by fiber that have not been cleaned up. */
  private readonly open = new Map<number, Array<Pending>>()
  /** Ids by which timeouts of policies interrupt. */
  private readonly timeouts = new Set<number>()
  /** Parents of fibers that have failed by now. */
  private readonly failed = new Set<number>()
  /** Fibers that have ended by now; an interruption of one does nothing. */
  private readonly ended = new Set<number>()
  private isStopping = false

  constructor(stories: Stories) {
    this.stories = stories
  }

  take({ a, b, fiber, kind, time }: Event): void {
    switch (kind) {
      case kinds.timeout:
        this.timeouts.add(a)
        return
      case kinds.stop:
        this.isStopping = true
        return
      case kinds.ask:
        return this.ask(fiber, a, b, time)
      case kinds.honour:
        for (const one of this.open.get(fiber) ?? []) one.honoured ??= time
        return
      case kinds.region:
        return this.close(fiber, time, (one) => one.interruptor === a)
      case kinds.end:
        this.ended.add(fiber)
        this.close(fiber, time, () => true)
        return this.end(this.stories.get(fiber))
    }
  }

  private ask(fiber: number, interruptor: number, running: number, asked: number): void {
    if (!this.stories.has(fiber) || this.ended.has(fiber)) return
    const isTimeout = this.timeouts.has(interruptor)
    const by = isTimeout ? null : [running, interruptor].find((id) => this.stories.has(id)) ?? null
    const why = isTimeout ? "timeout" : this.whyOf(fiber, interruptor, running, asked)
    const one: Pending = { fiber, interruptor, by, why, asked, honoured: null, cleaned_up: null }
    this.all.push(one)
    const open = this.open.get(fiber)
    if (open === undefined) this.open.set(fiber, [one])
    else open.push(one)
  }

  private whyOf(fiber: number, interruptor: number, running: number, asked: number): InterruptionReason {
    const named = reasonsById.get(interruptor)
    // a server that stops closes the connections, which looks like clients that leave
    if (named !== undefined) return named === "client left" && this.isStopping ? "stopping" : named
    const inherited = [running, interruptor].flatMap((id) => id === fiber ? [] : this.open.get(id) ?? [])[0]
    if (inherited !== undefined) return inherited.why
    if (this.isCancelled(running, asked)) return "cancelled"
    const parent = this.stories.get(fiber)?.parent ?? null
    if (parent !== null && this.failed.has(parent)) return "sibling failed"
    return this.isStopping && !this.stories.has(running) && !this.stories.has(interruptor) ? "stopping" : "asked"
  }

  /** Tells whether a fiber went on because a child of it had seen a cancellation. */
  private isCancelled(fiber: number, at: number): boolean {
    const wait = this.stories.get(fiber)?.slices.findLast(({ state, to }) => state === "waiting" && to <= at)
    const child = this.stories.get(wait?.woken_by ?? nobody)
    return child?.parent === fiber && child.slices.some(({ details }) => details?.name === cancellation)
  }

  private close(fiber: number, time: number, is: (one: Pending) => boolean): void {
    const open = this.open.get(fiber) ?? []
    for (const one of open) if (is(one)) one.cleaned_up = time
    this.open.set(fiber, open.filter(({ cleaned_up }) => cleaned_up === null))
  }

  private end(story: FiberStory | undefined): void {
    const outcome = story?.ended?.outcome
    if (story !== undefined && story.parent !== null && (outcome === "failure" || outcome === "defect")) {
      this.failed.add(story.parent)
    }
  }
}

/**
 * Finds the interruptions of a recording. A timeout of a policy ends a part of its fiber, and is cleaned up once that
 * part has ended; any other one once its fiber has.
 */
export const interruptionsOf = (events: ReadonlyArray<Event>, stories: Stories): ReadonlyArray<Interruption> => {
  const found = new Interruptions(stories)
  for (const event of events) if (event.fiber !== nobody || event.kind === kinds.stop) found.take(event)
  return found.all.map(({ interruptor: _, ...one }) => one)
}
