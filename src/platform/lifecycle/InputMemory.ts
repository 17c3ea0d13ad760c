import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { type Entry, LinkedQueue } from "../../collections/LinkedQueue.ts"

/** A body that arrives for longer gives way where the memory is full: a slow sender must not keep the others out. */
const patience = Duration.toMillis(Duration.seconds(10))

/** The bytes of one body or message, kept until it is whole. */
export interface Holding {
  /** Makes it so many in all; whether there is room for them. */
  readonly hold: (bytes: number) => boolean
  /** Gives all of them back. */
  readonly close: () => void
}

interface Holder {
  readonly since: number
  readonly giveWay: () => void
}

const make = (most: number, now: () => number) => {
  const holders = new LinkedQueue<Holder>()
  let used = 0
  let refused = 0

  /** Has the oldest give way that has had its time, until there is room. */
  const makeRoom = (bytes: number, own: Entry<Holder>): boolean => {
    if (used + bytes <= most) return true
    const oldest = holders.first
    if (oldest === undefined || oldest === own || now() - oldest.value.since <= patience) return false
    refused++
    oldest.value.giveWay()
    return holders.first !== oldest && makeRoom(bytes, own)
  }

  const open = (giveWay: () => void): Holding => {
    let held = 0
    let isOpen = true
    const entry = holders.add({ since: now(), giveWay })
    return {
      hold: (bytes) => {
        if (!isOpen) return false
        if (!makeRoom(bytes - held, entry)) {
          refused++
          return false
        }
        used += bytes - held
        held = bytes
        return true
      },
      close: () => {
        if (!isOpen) return
        isOpen = false
        holders.remove(entry)
        used -= held
      }
    }
  }
  return { open, used: () => used, refused: () => refused }
}

/**
 * The memory for bodies and messages that have not arrived whole, of all connections together: each has a bound of its own, which a thousand
 * slow senders multiply. Without the layer there is no bound.
 */
export class InputMemory extends Context.Reference<InputMemory>()("barista/platform/lifecycle/InputMemory", {
  defaultValue: () => make(Infinity, () => 0)
}) {
  static readonly layer = Layer.effect(
    InputMemory,
    Effect.map(
      Effect.all([AppConfig, Effect.clock], { concurrency: 1 }),
      ([{ maxBufferedBytes }, clock]) => make(maxBufferedBytes, () => clock.unsafeCurrentTimeMillis())
    )
  )
}
