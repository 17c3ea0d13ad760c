import { Cause, type Fiber, FiberId, FiberRef, type RuntimeFlags } from "effect"
import { nobody } from "./EventLog.ts"

// The only file of the recorder that uses private parts of Effect 3.22's fibers: the messages that wake a fiber, and
// the id on which a fiber waits. The public parts (Supervisor, Scheduler) tell when a fiber runs, but not why it waits.
// test/timeline/FiberHooks.test.ts shows that these fields exist and have this meaning.

export type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/** A message to a fiber. `Resume` and `YieldNow` let it go on, `Stateful` only inspects it. */
interface Message {
  readonly _tag: string
  /** The interruption of an `InterruptSignal`. */
  readonly cause?: Cause.Cause<never>
}

/** Private fields of Effect's class FiberRuntime. */
interface Internals {
  /** Messages to the fiber that it has not processed. */
  readonly _queue: ReadonlyArray<Message>
  /** The second argument of the `Effect.async` in which the fiber waits. */
  readonly _asyncBlockingOn: FiberId.FiberId | null
  /** Set while the fiber waits in an `Effect.async`, if an interruption may end the wait. */
  readonly _asyncInterruptor: unknown
  currentRuntimeFlags: RuntimeFlags.RuntimeFlags
}

const hasInternals = (fiber: object): fiber is Internals =>
  "_queue" in fiber && "_asyncBlockingOn" in fiber && "_asyncInterruptor" in fiber && "currentRuntimeFlags" in fiber

/** The class of fibers, once one was found to have the fields; four looks for fields cost each event more. */
let known: unknown

const isKnown = (fiber: object): fiber is Internals => {
  if (fiber.constructor === known) return true
  if (!hasInternals(fiber)) return false
  known = fiber.constructor
  return true
}

export const internalsOf = (fiber: object): Internals | undefined => isKnown(fiber) ? fiber : undefined

const globals: Readonly<Record<string, unknown>> = globalThis

/** The fiber that runs at this moment, as Effect keeps it for `Fiber.getCurrentFiber`. */
export const currentId = (): number => {
  const current = globals["effect/FiberCurrent"]
  return typeof current === "object" && current !== null && "id" in current && typeof current.id === "function"
    ? numberOf(current.id())
    : nobody
}

export const numberOf = (id: FiberId.FiberId): number => {
  if (id._tag === "Runtime") return id.id
  if (id._tag === "None") return nobody
  for (const one of FiberId.toSet(id)) return one.id
  return nobody
}

/** Returns the id of the interruption that a message asks for; undefined for another message. */
export const interruptorOf = ({ _tag, cause = Cause.empty }: Message): number | undefined => {
  if (_tag !== "InterruptSignal") return undefined
  for (const id of Cause.interruptors(cause)) return numberOf(id)
  return nobody
}

/** Tells whether a message lets a fiber that waits go on. */
export const resumes = ({ _tag }: Message, { _asyncInterruptor }: Internals): boolean =>
  _tag === "InterruptSignal" ? _asyncInterruptor !== null : _tag === "Resume" || _tag === "YieldNow"

/** Lists the ids by which a fiber was interrupted: those that it has heard of, then those that it will. */
export const interruptorsOf = (fiber: AnyFiber): ReadonlyArray<number> => {
  const heard = fiber.getFiberRef(FiberRef.interruptedCause)
  const queue = internalsOf(fiber)?._queue ?? none
  if (heard._tag === "Empty" && queue.length === 0) return none
  return [
    ...Array.from(Cause.interruptors(heard), numberOf),
    ...queue.flatMap((message) => interruptorOf(message) ?? none)
  ]
}

const none: ReadonlyArray<never> = []
