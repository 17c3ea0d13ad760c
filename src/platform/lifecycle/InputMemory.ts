import { Context, Duration, Effect, Layer } from "effect"
import { type Entry, LinkedQueue } from "../../collections/LinkedQueue.ts"

/** Time after which an incomplete body gives way if the memory is full. A slow sender must not keep the others out. */
const patience = Duration.toMillis(Duration.seconds(10))

/** Memory held by one incomplete body or message. */
export interface Holding {
  /** Sets the number of bytes held in all; false if there is no room for them. */
  readonly hold: (bytes: number) => boolean
  /** Releases all bytes. */
  readonly close: () => void
}

interface Holder {
  readonly since: number
  readonly giveWay: () => void
}

interface Memory {
  /** Begins to hold a body or message; `giveWay` is called if it must end before it is whole. */
  readonly open: (giveWay: () => void) => Holding
  /** Bytes held now. */
  readonly used: () => number
  /** Bodies and messages that found no room, or had to give way, since the start. */
  readonly refused: () => number
}

/**
 * Memory for all bodies and messages that have not arrived whole. A single body has its own bound, but a thousand slow
 * senders multiply that bound. Without the layer there is no common bound.
 */
export class InputMemory extends Context.Reference<InputMemory>()<"barista/platform/lifecycle/InputMemory", Memory>(
  "barista/platform/lifecycle/InputMemory",
  {
    defaultValue: () => make(Infinity, () => 0)
  }
) {
  static readonly layer = (mostBytes: number) =>
    Layer.effect(
      InputMemory,
      Effect.map(Effect.clock, (clock) => make(mostBytes, () => clock.unsafeCurrentTimeMillis()))
    )
}

const make = (most: number, now: () => number): Memory => {
  const holders = new LinkedQueue<Holder>()
  let used = 0
  let refused = 0

  /** Makes holders give way, oldest first, if they have had their time, until there is room. */
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
