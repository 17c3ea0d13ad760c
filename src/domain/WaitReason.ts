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

/** Ids of reasons are below zero and so belong to no fiber: Effect counts its fibers from 0. */
export const idOf = (reason: WaitReason): number => -1 - reasons.indexOf(reason)

/** The reason that an id stands for. */
export const reasonOf = (id: number): WaitReason | undefined => id < 0 ? reasons[-1 - id] : undefined
