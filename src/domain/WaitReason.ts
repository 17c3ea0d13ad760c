import { FiberId } from "effect"

/** The reasons for which a fiber of ours waits, beside sleeps and other fibers. */
export const reasons = [
  "permit",
  "turn",
  "commit",
  "worker",
  "upstream",
  "queue",
  "signal",
  "socket",
  "file",
  "mail"
] as const
export type WaitReason = (typeof reasons)[number]

/** Ids below zero belong to no fiber: Effect counts its fibers from 0. */
const idOf = (reason: WaitReason): number => -1 - reasons.indexOf(reason)

/**
 * Makes a reason the `blockingOn` of an `Effect.async`, where a recorder of timelines finds it. Make it once, as a
 * constant, so that a wait costs nothing more.
 */
export const blockingOn = (reason: WaitReason): FiberId.FiberId => FiberId.runtime(idOf(reason), 0)

/** The reason that a number of a FiberId stands for. */
export const reasonOf = (id: number): WaitReason | undefined => id < 0 ? reasons[-1 - id] : undefined
