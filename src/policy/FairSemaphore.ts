import { Effect, type Scope } from "effect"
import { type Entry, LinkedQueue } from "../collections/LinkedQueue.ts"

/** Runs an effect while holding one permit. */
export type WithPermit = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A member that shares the semaphore, typically one HTTP request with its many items. */
export interface Party {
  /**
   * Waits for a permit, first in, first out within the party, and holds the permit while the effect runs. Interruption
   * gives up the place in the queue or the permit. Once the party has ended, the effect is interrupted.
   */
  readonly withPermit: WithPermit
}

/**
 * Shares permits among parties by round robin. Each free permit goes to the next waiting party, so one operation of a
 * party never waits for the whole queue of another.
 */
export interface FairSemaphore {
  readonly permits: number
  /** Counts the held permits and the waiting operations at this moment. */
  readonly usage: () => { readonly held: number; readonly waiting: number }
  /**
   * Joins a party until the scope closes. Closing interrupts waiting operations; running ones keep their permits to
   * their end. `share` bounds the permits that the party holds at once, at least one; the default is all.
   */
  readonly party: (options?: { readonly share?: number }) => Effect.Effect<Party, never, Scope.Scope>
  /** Runs one effect as a party of its own. */
  readonly withPermit: WithPermit
}

interface Waiter {
  readonly resume: (effect: Effect.Effect<void>) => void
  granted: boolean
}

interface Member {
  readonly share: number
  readonly waiters: LinkedQueue<Waiter>
  held: number
  /** The member's place in the round, while operations wait and the share is not used up. */
  turn: Entry<Member> | undefined
  ended: boolean
}

class Permits {
  private readonly round = new LinkedQueue<Member>()
  private readonly total: number
  private free: number
  private waiting = 0

  constructor(total: number) {
    this.total = total
    this.free = total
  }

  readonly usage = () => ({ held: this.total - this.free, waiting: this.waiting })

  member(share: number): Member {
    return { share: Math.max(1, share), waiters: new LinkedQueue(), held: 0, turn: undefined, ended: false }
  }

  readonly withPermit = (member: Member): WithPermit => (effect) =>
    Effect.uninterruptibleMask((restore) => {
      if (this.take(member)) return this.holding(member, restore(effect))
      return Effect.zipRight(restore(this.acquire(member)), this.holding(member, restore(effect)))
    })

  end(member: Member): void {
    member.ended = true
    for (let entry = member.waiters.first; entry !== undefined; entry = member.waiters.first) {
      this.leave(member, entry)
      entry.value.resume(Effect.interrupt)
    }
    this.queue(member)
  }

  /**
   * Runs the effect and gives back the member's permit. The caller's region is uninterruptible already;
   * `Effect.ensuring` would set up another.
   */
  private holding<A, E, R>(member: Member, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.matchCauseEffect(effect, {
      onFailure: (cause) => {
        this.release(member)
        return Effect.failCause(cause)
      },
      onSuccess: (value) => {
        this.release(member)
        return Effect.succeed(value)
      }
    })
  }

  /** Takes a permit for the member if one is free. While a permit is free, no operation waits. */
  private take(member: Member): boolean {
    if (this.free === 0 || member.held >= member.share || member.ended) return false
    this.free--
    member.held++
    return true
  }

  private acquire(member: Member): Effect.Effect<void> {
    return Effect.async((resume) => {
      if (member.ended) {
        resume(Effect.interrupt)
        return
      }
      const waiter: Waiter = { resume, granted: false }
      const entry = member.waiters.add(waiter)
      this.waiting++
      this.queue(member)
      this.grant()
      return Effect.sync(() => {
        // the permit may have been granted in the very moment of the interruption
        if (waiter.granted) this.release(member)
        else if (!member.ended) {
          this.leave(member, entry)
          this.queue(member)
        }
      })
    })
  }

  private leave(member: Member, entry: Entry<Waiter>): void {
    member.waiters.remove(entry)
    this.waiting--
  }

  private release(member: Member): void {
    this.free++
    member.held--
    this.queue(member)
    this.grant()
  }

  /**
   * Gives the member a place at the end of the round while operations wait below its share; otherwise removes the
   * place.
   */
  private queue(member: Member): void {
    const waits = member.waiters.first !== undefined && member.held < member.share
    if (waits && member.turn === undefined) member.turn = this.round.add(member)
    if (!waits && member.turn !== undefined) {
      this.round.remove(member.turn)
      member.turn = undefined
    }
  }

  private grant(): void {
    while (this.free > 0) {
      const turn = this.round.first
      const entry = turn?.value.waiters.first
      if (turn === undefined || entry === undefined) return
      const member = turn.value
      this.round.remove(turn)
      member.turn = undefined
      this.leave(member, entry)
      this.free--
      member.held++
      entry.value.granted = true
      this.queue(member)
      entry.value.resume(Effect.void)
    }
  }
}

/** Makes a semaphore with the given number of permits, at least one. */
export const make = (permits: number): Effect.Effect<FairSemaphore> =>
  Effect.sync(() => {
    const shared = new Permits(permits)
    return {
      permits,
      usage: shared.usage,
      party: (options) =>
        Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => shared.member(options?.share ?? permits)),
            (member) => Effect.sync(() => shared.end(member))
          ),
          (member): Party => ({ withPermit: shared.withPermit(member) })
        ),
      withPermit: (effect) => Effect.suspend(() => shared.withPermit(shared.member(permits))(effect))
    }
  })
