import { FiberRef, GlobalValue } from "effect"
import type { FiberId } from "effect"
import type { NamedPolicy } from "./Policy.ts"
import type { Refusal } from "./PolicyRefused.ts"

/** Sees what policies do in one fiber; called synchronously, so it must be quick and must not throw. */
export interface PolicyObserver {
  /** An attempt under a policy begins; the first one is 1. */
  readonly attempt: (fiber: FiberId.Runtime, number: number, policy: NamedPolicy) => void
  /** A pause of so many milliseconds begins, after a failed attempt. */
  readonly pause: (fiber: FiberId.Runtime, millis: number) => void
  /** A timeout of so many milliseconds fired, which interrupts its fiber by this id. */
  readonly timeout: (fiber: FiberId.Runtime, interruptor: FiberId.Runtime, millis: number) => void
  /** The work that a timeout interrupted has ended, and its children with it. */
  readonly ended: (fiber: FiberId.Runtime, interruptor: FiberId.Runtime) => void
  /** A part refused an operation, or one of its attempts. */
  readonly refused: (fiber: FiberId.Runtime, reason: Refusal, policy: NamedPolicy) => void
  /** The fiber begins a further copy of a slow attempt; the copy beside the first is 2. */
  readonly hedged: (fiber: FiberId.Runtime, copy: number, policy: NamedPolicy) => void
  /** A retry or a copy is not made, because the budget has none. */
  readonly budgetSpent: (fiber: FiberId.Runtime, policy: NamedPolicy) => void
  /** The end of an attempt opened the breaker, for so many milliseconds. */
  readonly breakerOpened: (fiber: FiberId.Runtime, millis: number, policy: NamedPolicy) => void
}

/** The observer of a fiber and of all that it forks; none unless a recorder sets it. */
export const policyObserver: FiberRef.FiberRef<PolicyObserver | undefined> = GlobalValue.globalValue(
  "barista/policy/policyObserver",
  () => FiberRef.unsafeMake<PolicyObserver | undefined>(undefined)
)
