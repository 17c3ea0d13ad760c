import { Effect, Equal, FiberId, FiberRef, GlobalValue, Hash, Inspectable } from "effect"
import { idOf, type WaitReason } from "./WaitReason.ts"

/** A commit that several changes share; milliseconds of `performance.now()`, each undefined until then. */
export interface SharedCommit {
  /** The number of the commit since the database was opened, from 1. */
  readonly number: number
  /** Changes in the commit. */
  changes: number
  began: number | undefined
  /** The moment when the commit was on the disk. */
  ended: number | undefined
}

/** The data of a wait, which the member of the same name in a timeline's reason explains. */
export interface WaitDetails {
  readonly policy?: string
  readonly place?: number
  readonly holders?: ReadonlyArray<number>
  readonly group?: number
  readonly commit?: SharedCommit
  readonly queue?: string
  readonly thread?: number
  readonly url?: string
  readonly name?: string
  /** Several fibers that the wait is for. */
  readonly fibers?: ReadonlyArray<number>
}

/** Tells the data of a wait as it begins; only a recorder calls it. */
export type Describe = () => WaitDetails

/**
 * A reason in the form of the `blockingOn` of an `Effect.async` or a Deferred, where a recorder of timelines finds it.
 */
export class Wait extends Inspectable.Class implements FiberId.Runtime {
  readonly [FiberId.FiberIdTypeId]: FiberId.FiberIdTypeId = FiberId.FiberIdTypeId
  readonly _tag = "Runtime"
  readonly startTimeMillis = 0
  readonly id: number
  readonly describe: Describe | undefined

  constructor(reason: WaitReason, describe?: Describe) {
    super()
    this.id = idOf(reason)
    this.describe = describe
  }

  [Equal.symbol](that: unknown): boolean {
    return this === that
  }

  [Hash.symbol](): number {
    return this.id
  }

  override toJSON(): unknown {
    return { _id: "FiberId", _tag: this._tag, id: this.id, startTimeMillis: 0 }
  }
}

/** Makes the reason of a wait. A constant costs nothing; `describe` is called only where a recorder sees the wait. */
export const waitFor = (reason: WaitReason, describe?: Describe): Wait => new Wait(reason, describe)

/** The reason of waits that have none of their own, in a recorded fiber; undefined in all others. */
export const currentWait: FiberRef.FiberRef<Wait | "unnamed" | undefined> = GlobalValue.globalValue(
  "barista/domain/currentWait",
  () =>
    FiberRef.unsafeMake<Wait | "unnamed" | undefined>(undefined, {
      fork: (own) => own === undefined ? undefined : "unnamed"
    })
)

/** Names the wait for a promise, a queue or a latch, which takes no reason of its own. Costs nothing unrecorded. */
export const waiting = (wait: Wait) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>((fiber) =>
    fiber.getFiberRef(currentWait) === undefined ? effect : Effect.locally(effect, currentWait, wait)
  )
