import { Cause, Effect, Exit, type Fiber, FiberId, type Option, RuntimeFlags, type Scheduler, Supervisor } from "effect"
import { currentWait, Wait } from "../domain/Wait.ts"
import { type EventLog, type Kind, kinds, nobody } from "./EventLog.ts"
import {
  type AnyFiber,
  currentId,
  internalsOf,
  interruptorOf,
  interruptorsOf,
  numberOf,
  resumes
} from "./FiberParts.ts"
import { bound, loopStalls } from "./LoopStalls.ts"
import type { Recording } from "./Recording.ts"
import type { Outcome } from "./Timeline.ts"

export const outcomes = ["success", "failure", "defect", "interrupted", "running"] as const satisfies ReadonlyArray<
  Outcome
>

export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.isInterruptedOnly(exit.cause)) return "interrupted"
  return Cause.isDie(exit.cause) ? "defect" : "failure"
}

/** The outcome of what a fiber ran: an item of Effect.all, and a side of a race or a timeout, succeed with its exit. */
const innerOutcomeOf = (exit: Exit.Exit<unknown, unknown>): Outcome =>
  Exit.isSuccess(exit) && Exit.isExit(exit.value) ? innerOutcomeOf(exit.value) : outcomeOf(exit)

const numberOfOutcome = (outcome: Outcome): number => outcomes.indexOf(outcome)

/** A fiber that runs, below those that it has started synchronously. */
interface Running {
  readonly hooks: FiberHooks
  readonly fiber: AnyFiber
  readonly id: number
  /** The time by the clock of its recording. */
  since: number
}

/** The fibers on the stack of this thread; only the last one runs. */
const running: Array<Running> = []

const nanosPerMilli = 1_000_000

/** Nanoseconds beyond which a slice keeps the event loop for too long. */
const longest = bound * nanosPerMilli

/** Records the life of the fibers of one recording: as their supervisor, and as the scheduler around theirs. */
export class FiberHooks extends Supervisor.AbstractSupervisor<void> implements Scheduler.Scheduler {
  override readonly value = Effect.void
  private readonly recording: Recording
  private readonly log: EventLog
  private readonly inner: Scheduler.Scheduler
  /** Fibers that began. */
  fibers = 0
  /** The fibers that have not ended, where somebody may want to interrupt one. */
  readonly alive: Map<number, AnyFiber> | undefined
  /** Nanoseconds in which a fiber ran. */
  ran = 0
  /** The time at which the first fiber ran. */
  firstRan: number | undefined
  /** Fibers for which an interruption was asked, until they honour it. */
  private asked: Set<number> | undefined
  /** The ids by which living fibers were interrupted. */
  private interruptors: Map<number, Set<number>> | undefined

  /** `keepsFibers` keeps the fibers that have not ended, to interrupt one. */
  constructor(recording: Recording, inner: Scheduler.Scheduler, keepsFibers: boolean) {
    super()
    this.recording = recording
    this.log = recording.log
    this.inner = inner
    this.alive = keepsFibers ? new Map() : undefined
  }

  shouldYield(fiber: AnyFiber): number | false {
    return this.inner.shouldYield(fiber)
  }

  add(kind: Kind, fiber: number, a: number = nobody, b: number = nobody): void {
    this.log.add(this.recording.now(), kind, fiber, a, b)
  }

  /** Records a run that ended without a fiber as one that has run from the beginning. */
  addFiberless(exit: Exit.Exit<unknown, unknown>): void {
    const { id } = FiberId.unsafeMake()
    const now = this.recording.now()
    this.fibers++
    this.firstRan = 0
    this.ran = now
    this.log.add(0, kinds.start, id, nobody, nobody)
    this.log.add(0, kinds.run, id, nobody, nobody)
    const outcome = numberOfOutcome(outcomeOf(exit))
    this.log.add(now, kinds.end, id, outcome, outcome)
  }

  /** Notes that a fiber runs from now on. */
  private enter(running: Running): void {
    const now = this.recording.now()
    running.since = now
    this.firstRan ??= now
    this.log.add(now, kinds.run, running.id, nobody, nobody)
  }

  /** Notes the end of a time of running, and reports one that kept the event loop for too long. */
  private leave({ id, since }: Running, blocker: number = nobody, note: number = nobody): void {
    const now = this.recording.now()
    this.ran += now - since
    this.log.add(now, kinds.suspend, id, blocker, note)
    if (now - since > longest) loopStalls.slice(this.recording, id, since, now)
  }

  scheduleTask(task: Scheduler.Task, priority: number, fiber?: AnyFiber): void {
    if (fiber === undefined || this.woken(fiber)) return this.inner.scheduleTask(task, priority, fiber)
    const drain = () => {
      this.drained(fiber)
      task()
    }
    this.inner.scheduleTask(drain, priority, fiber)
  }

  /**
   * Records a wake-up, and tells whether it resumes the fiber for certain. Inspecting a fiber, and an interruption that
   * is shielded, wake the fiber too. The scheduler is not called for the messages that come until the fiber has
   * processed these.
   */
  private woken(fiber: AnyFiber): boolean {
    const internals = internalsOf(fiber)
    const message = internals?._queue.at(-1)
    if (internals === undefined || message === undefined || fiber.unsafePoll() !== null) return true
    const id = fiber.id().id
    const waker = currentId()
    const interruptor = interruptorOf(message)
    if (interruptor !== undefined) this.ask(id, interruptor, waker)
    if (resumes(message, internals)) this.add(kinds.ready, id, waker === id ? nobody : waker)
    return message._tag === "Resume" || message._tag === "YieldNow"
  }

  /** Records the messages that came to a fiber between a wake-up that may not resume it and now, when it reads them. */
  private drained(fiber: AnyFiber): void {
    const internals = internalsOf(fiber)
    if (internals === undefined || fiber.unsafePoll() !== null) return
    const id = fiber.id().id
    for (const message of internals._queue) {
      const interruptor = interruptorOf(message)
      const isNews = interruptor === undefined || this.askOnce(id, interruptor, nobody)
      if (isNews && resumes(message, internals)) this.add(kinds.ready, id, interruptor)
    }
  }

  /** Records that an interruption was asked for, by a fiber that runs or by nobody who is known. */
  private ask(fiber: number, interruptor: number, asker: number): void {
    this.add(kinds.ask, fiber, interruptor, asker)
    this.asked ??= new Set()
    this.asked.add(fiber)
    this.interruptors ??= new Map()
    const known = this.interruptors.get(fiber)
    if (known === undefined) this.interruptors.set(fiber, new Set([interruptor]))
    else known.add(interruptor)
  }

  /** Records an interruption that is not known yet, and tells whether it was not. */
  private askOnce(fiber: number, interruptor: number, asker: number): boolean {
    if (this.interruptors?.get(fiber)?.has(interruptor) === true) return false
    this.ask(fiber, interruptor, asker)
    return true
  }

  /** Records interruptions that came while a fiber was awake, for which the scheduler is not called. */
  private look(fiber: AnyFiber, asker: number): void {
    for (const interruptor of interruptorsOf(fiber)) this.askOnce(fiber.id().id, interruptor, asker)
  }

  override onStart<A, E, R>(
    _context: unknown,
    _effect: Effect.Effect<A, E, R>,
    parent: Option.Option<AnyFiber>,
    fiber: Fiber.RuntimeFiber<A, E>
  ): void {
    this.fibers++
    this.alive?.set(fiber.id().id, fiber)
    this.add(kinds.start, fiber.id().id, parent._tag === "Some" ? parent.value.id().id : nobody, currentId())
  }

  override onEnd<A, E>(exit: Exit.Exit<A, E>, fiber: Fiber.RuntimeFiber<A, E>): void {
    const id = fiber.id().id
    this.look(fiber, id)
    this.add(kinds.end, id, numberOfOutcome(outcomeOf(exit)), numberOfOutcome(innerOutcomeOf(exit)))
    this.asked?.delete(id)
    this.interruptors?.delete(id)
    this.alive?.delete(id)
  }

  override onResume<A, E>(fiber: Fiber.RuntimeFiber<A, E>): void {
    const below = running.at(-1)
    if (below !== undefined) {
      below.hooks.leave(below)
      below.hooks.add(kinds.ready, below.id)
    }
    const id = fiber.id().id
    const own = { hooks: this, fiber, id, since: 0 }
    running.push(own)
    this.look(fiber, nobody)
    this.enter(own)
    if (this.asked !== undefined) this.watch(fiber, this.asked.has(id))
  }

  override onSuspend<A, E>(fiber: Fiber.RuntimeFiber<A, E>): void {
    const internals = internalsOf(fiber)
    const id = fiber.id().id
    const own = running.pop()
    if (fiber.unsafePoll() === null) this.look(fiber, id)
    if (own !== undefined) this.suspended(fiber, own, internals?._asyncBlockingOn ?? FiberId.none)
    // a yield, or a wait that was over before it began: nobody will wake the fiber
    if (internals?._queue.some((message) => resumes(message, internals)) === true) this.add(kinds.ready, id)
    const below = running.at(-1)
    if (below !== undefined) below.hooks.reenter(below, id)
  }

  /** Goes on with a fiber that another one, which it ran, may have interrupted. */
  private reenter(below: Running, asker: number): void {
    this.look(below.fiber, asker)
    this.enter(below)
    if (this.asked?.has(below.id) === true) this.watch(below.fiber, true)
  }

  /** Records a wait with its reason: its own, or the one that its fiber names, or the fibers that it is for. */
  private suspended(fiber: AnyFiber, own: Running, blocker: FiberId.FiberId): void {
    const named = blocker instanceof Wait ? blocker : fiber.getFiberRef(currentWait)
    if (named instanceof Wait) return this.leave(own, named.id, this.log.note(named.describe?.()))
    const several = blocker._tag === "Composite" ? Array.from(FiberId.ids(blocker)) : undefined
    this.leave(own, numberOf(blocker), this.log.note(several && { fibers: several }))
  }

  /** Finds where a watched fiber begins to unwind: at the first operation that an interruption may end. */
  override onEffect<A, E>(fiber: Fiber.RuntimeFiber<A, E>): void {
    const flags = internalsOf(fiber)?.currentRuntimeFlags
    if (flags === undefined || !RuntimeFlags.interruptible(flags)) return
    const id = fiber.id().id
    if (this.asked?.delete(id) === true) this.add(kinds.honour, id)
    this.watch(fiber, false)
  }

  /** Turns the calls of `onEffect` on or off. Each operation pays for them, so only interrupted fibers have them. */
  private watch(fiber: object, isWatched: boolean): void {
    const internals = internalsOf(fiber)
    if (internals === undefined) return
    const { currentRuntimeFlags: flags } = internals
    const has = RuntimeFlags.isEnabled(flags, RuntimeFlags.OpSupervision)
    if (has === isWatched) return
    internals.currentRuntimeFlags = isWatched
      ? RuntimeFlags.enable(flags, RuntimeFlags.OpSupervision)
      : RuntimeFlags.disable(flags, RuntimeFlags.OpSupervision)
  }
}
