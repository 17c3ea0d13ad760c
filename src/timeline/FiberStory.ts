import type { WaitDetails } from "../domain/Wait.ts"
import { reasonOf } from "../domain/WaitReason.ts"
import { type Event, type EventLog, kinds, nobody } from "./EventLog.ts"
import { outcomes } from "./FiberHooks.ts"
import type { Outcome, Reason, Slice } from "./Timeline.ts"

type State = Slice["state"]

/** A slice, with what its reason refers to and what is known of its end. */
export interface OpenSlice extends Omit<Slice, "reason"> {
  reason?: Reason
  readonly details?: WaitDetails
  endedBy?: WakeUp
}

/** The cause of a wake-up: an interruption, the end of the fiber that woke, or anything else. */
export type WakeUp = "interruption" | "end" | "other"

/** A fiber while its events are read in order. */
export class FiberStory {
  readonly id: number
  readonly parent: number | null
  readonly from: number
  readonly slices: Array<OpenSlice> = []
  ended: { readonly at: number; readonly outcome: Outcome } | undefined
  /** The fiber is an item of Effect.all, or a side of a race: it succeeds with the exit of what it ran. */
  isPart = false
  /** Waits that this fiber has ended since its last event. */
  private woken: Array<OpenSlice> = []
  private readonly log: EventLog
  private state: State
  private since: number
  private reason: Reason | undefined
  private details: WaitDetails | undefined
  /** The sleep that was announced: the reason of the next wait that takes time. A clock may wait for a lock first. */
  private sleep: number | undefined
  /** Marks the next sleep as the pause of a policy. */
  private pauses = false
  /** The attempt of a policy in which the fiber is. */
  private attempt: number | undefined
  /** An interruption was asked for in the last event of this fiber. */
  private isAsked = false

  constructor(id: number, parent: FiberStory | undefined, from: number, log: EventLog) {
    this.id = id
    this.parent = parent?.id ?? null
    this.attempt = parent?.attempt
    this.from = from
    this.log = log
    this.state = "ready"
    this.since = from
  }

  take({ a, b, kind, time }: Event, waker: FiberStory | undefined): void {
    if (this.ended !== undefined) return
    // an end wakes those who wait for it before it is noted
    if (kind === kinds.end) { for (const wait of this.woken) wait.endedBy = "end" }
    this.woken = []
    const isAsked = this.isAsked
    this.isAsked = kind === kinds.ask
    switch (kind) {
      case kinds.ready:
        if (this.state === "waiting") {
          this.enter("ready", time, { woken_by: waker?.id ?? null, endedBy: isAsked ? "interruption" : "other" })
          const ended = this.slices.at(-1)
          if (ended?.endedBy === "other") waker?.woken.push(ended)
        }
        return
      case kinds.run:
        return this.enter("running", time)
      case kinds.suspend:
        if (this.state !== "running") return
        this.enter("waiting", time)
        this.details = this.log.detailsOf(b)
        this.reason = this.reasonOf(a, this.details)
        return
      case kinds.pause:
        this.pauses = true
        return
      case kinds.attempt:
        this.pauses = false
        this.attempt = a
        return
      case kinds.sleep:
        this.sleep = a
        return
      case kinds.end:
        this.enter("running", time)
        this.ended = { at: time, outcome: outcomes[this.isPart ? b : a] ?? "success" }
    }
  }

  /** Ends the last slice of a fiber that has not ended itself. */
  close(now: number): void {
    if (this.ended === undefined) this.enter(this.state, now)
  }

  private reasonOf(blocker: number, details: WaitDetails = {}): Reason {
    if (this.sleep !== undefined) return { kind: this.pauses ? "pause" : "sleep", milliseconds: this.sleep }
    const kind = reasonOf(blocker)
    const { commit, fibers, ...told } = details
    switch (kind) {
      case undefined:
        return blocker === nobody ? { kind: "unknown" } : { kind: "join", fiber: blocker, ...(fibers && { fibers }) }
      case "commit":
        return { kind, ...(commit && { group: commit.number }) }
      case "upstream":
        return { kind, ...told, ...(this.attempt !== undefined && { attempt: this.attempt }) }
      default:
        return { kind, ...told }
    }
  }

  /** Ends the present slice, with the fiber that ended it if it was a wait, and begins the next one. */
  private enter(state: State, time: number, end?: Pick<OpenSlice, "woken_by" | "endedBy">): void {
    if (time > this.since) {
      this.slices.push({
        fiber: this.id,
        from: this.since,
        to: time,
        state: this.state,
        ...(this.reason !== undefined && { reason: this.reason }),
        ...(this.details !== undefined && { details: this.details }),
        ...end
      })
    }
    if (this.state === "waiting" && (time > this.since || this.sleep === 0)) this.sleep = undefined
    this.state = state
    this.since = time
    this.reason = undefined
    this.details = undefined
  }
}

export type Stories = ReadonlyMap<number, FiberStory>
