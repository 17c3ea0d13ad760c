// `Effect.makeSemaphore` is first in, first out over all parties, so a batch of 1,000 items makes all others wait.
// PartitionedSemaphore of effect 3.22.4 loses the permit of a waiter that is interrupted as it is granted: in 30 of 30
// trials, and in none here.
import { Duration, Effect, Fiber, Option, type Scope } from "effect"
import { type Entry, LinkedQueue } from "../collections/LinkedQueue.ts"
import { currentWait, type WaitDetails, waitFor } from "../domain/Wait.ts"
import { type PolicyRefused, type Refusal, timeless } from "./PolicyRefused.ts"
import { type After, never, timersOf } from "./Timers.ts"

/** Runs an effect while holding one permit, unless it is refused. */
export type WithPermit = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | PolicyRefused, R>

/** Bounds of the wait for a permit. */
export interface Options {
  /** The policy whose permits they are, for recordings. */
  readonly policy?: string | undefined
  /** Operations that may wait; beyond, one is refused. No bound if absent. */
  readonly queue?: number | undefined
  /** The longest wait, after which an operation is refused. No bound if absent. */
  readonly maxWait?: Duration.Duration | undefined
  /** Gives permits to the operation that came last, which still has the most patience (Facebook, "Fail at Scale"). */
  readonly newestFirst?: boolean | undefined
  /** Refuses an operation; runs in its fiber. */
  readonly refuse?: (reason: Refusal) => Effect.Effect<never, PolicyRefused>
}

/** A member that shares the semaphore, typically one HTTP request with its many items. */
export interface Party {
  /**
   * Waits for a permit, first in, first out within the party, and holds the permit while the effect runs. Interruption
   * gives up the place in the queue or the permit. Once the party has ended, the effect is interrupted. Fails with
   * `PolicyRefused` beyond the bounds of the wait.
   */
  readonly withPermit: WithPermit
}

/**
 * Shares permits among parties by round robin. Each free permit goes to the next waiting party, so one operation of a
 * party never waits for the whole queue of another.
 *
 * Tried instead: `effect/PartitionedSemaphore` 3.22.4. It loses a permit when a waiter is interrupted after its permit
 * was granted and before it runs. It also offers no count of held permits and waiting operations.
 */
export interface FairSemaphore {
  /** The permits now; their number changes by `resize` alone. */
  readonly permits: number
  /** Changes the number of permits. Operations that hold one keep it. */
  readonly resize: (permits: number) => void
  /** Counts the held permits and the waiting operations at this moment. */
  readonly usage: () => { readonly held: number; readonly waiting: number }
  /**
   * Joins a party until the scope closes. Closing interrupts waiting operations; running ones keep their permits to
   * their end.
   */
  readonly party: Effect.Effect<Party, never, Scope.Scope>
  /** Runs one effect as a party of its own. */
  readonly withPermit: WithPermit
}

interface Waiter {
  readonly resume: (effect: Effect.Effect<void>) => void
  granted: boolean
  /** The fiber, where it is recorded. */
  readonly fiber: number | undefined
}

interface Member {
  readonly waiters: LinkedQueue<Waiter>
  /** The member's place in the round, while operations wait. */
  place: Entry<Member> | undefined
  ended: boolean
}

/** Counts the elements of a queue up to an entry, or up to its end, but not beyond `most`. */
const count = <A>(queue: LinkedQueue<A>, most: number, last?: Entry<A>): number => {
  let counted = 0
  for (let entry = queue.first; entry !== undefined && counted < most; entry = entry.next) {
    counted++
    if (entry === last) break
  }
  return counted
}

/** Holders that a wait tells; a policy may have thousands. */
const mostHolders = 16

/** Returns the number of the calling fiber if it is recorded; others are not looked for. */
const recordedFiber = (): number | undefined => {
  const fiber = Option.getOrUndefined(Fiber.getCurrentFiber())
  return fiber?.getFiberRef(currentWait) === undefined ? undefined : fiber.id().id
}

class Permits {
  private readonly round = new LinkedQueue<Member>()
  total: number
  private readonly options: Options
  private readonly refuse: (reason: Refusal) => Effect.Effect<never, PolicyRefused>
  /** Recorded fibers that hold a permit. */
  private readonly holders: Array<number> = []
  /** Below 0 while more are held than there are now. */
  private free: number
  private waiting = 0

  constructor(total: number, options: Options) {
    this.total = total
    this.options = options
    this.refuse = options.refuse ?? ((reason) => timeless[reason])
    this.free = total
  }

  resize(total: number): void {
    this.free += total - this.total
    this.total = total
    this.grant()
  }

  readonly usage = () => ({ held: this.total - this.free, waiting: this.waiting })

  member(): Member {
    return { waiters: new LinkedQueue(), place: undefined, ended: false }
  }

  readonly withPermit = (member: Member): WithPermit => (effect) =>
    Effect.uninterruptibleMask((restore) => {
      const fiber = recordedFiber()
      if (this.take(member, fiber)) return this.holding(restore(effect), fiber)
      return Effect.zipRight(restore(this.acquire(member, fiber)), this.holding(restore(effect), fiber))
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
   * Runs the effect and gives back its permit. The caller's region is uninterruptible already;
   * `Effect.ensuring` would set up another.
   */
  private holding<A, E, R>(effect: Effect.Effect<A, E, R>, fiber: number | undefined): Effect.Effect<A, E, R> {
    return Effect.matchCauseEffect(effect, {
      onFailure: (cause) => {
        this.release(fiber)
        return Effect.failCause(cause)
      },
      onSuccess: (value) => {
        this.release(fiber)
        return Effect.succeed(value)
      }
    })
  }

  /** Takes a permit for the member if one is free. While a permit is free, no operation waits. */
  private take(member: Member, fiber: number | undefined): boolean {
    if (this.free <= 0 || member.ended) return false
    this.hold(fiber)
    return true
  }

  private acquire(member: Member, fiber: number | undefined): Effect.Effect<void, PolicyRefused> {
    const { maxWait, queue = Infinity } = this.options
    if (this.waiting >= queue && !member.ended) return this.refuse("queue full")
    return maxWait === undefined
      ? this.wait(member, fiber)
      : Effect.withFiberRuntime((own) => this.waitAtMost(Duration.toMillis(maxWait), timersOf(own), member, fiber))
  }

  private waitAtMost(
    millis: number,
    after: After,
    member: Member,
    fiber: number | undefined
  ): Effect.Effect<void, PolicyRefused> {
    if (millis === 0) return this.refuse("waited too long")
    return Effect.suspend(() => {
      let cancel = never
      return this.wait(member, fiber, (refuse) => cancel = after(millis, refuse)).pipe(
        Effect.onExit(() => Effect.sync(cancel))
      )
    })
  }

  private wait(
    member: Member,
    fiber: number | undefined,
    begun?: (refuse: () => void) => void
  ): Effect.Effect<void, PolicyRefused> {
    let own: Entry<Waiter> | undefined
    return Effect.async((resume) => {
      if (member.ended) {
        resume(Effect.interrupt)
        return
      }
      const waiter: Waiter = { resume, granted: false, fiber }
      const entry = member.waiters.add(waiter)
      own = entry
      this.waiting++
      this.queue(member)
      this.grant()
      begun?.(() => {
        if (waiter.granted || member.ended) return
        this.leave(member, entry)
        this.queue(member)
        resume(this.refuse("waited too long"))
      })
      return Effect.sync(() => {
        // the permit may have been granted in the very moment of the interruption
        if (waiter.granted) this.release(fiber)
        else if (!member.ended) {
          this.leave(member, entry)
          this.queue(member)
        }
      })
    }, waitFor("permit", () => this.describe(member, own)))
  }

  private describe(member: Member, own: Entry<Waiter> | undefined): WaitDetails {
    return {
      ...(this.options.policy !== undefined && { policy: this.options.policy }),
      ...(own !== undefined && { place: this.options.newestFirst === true ? 1 : this.placeOf(member, own) }),
      holders: this.holders.slice(0, mostHolders)
    }
  }

  /** Counts the permits that are granted up to this waiter's, if nobody else comes: 1 for the next one. */
  private placeOf(member: Member, own: Entry<Waiter>): number {
    const place = count(member.waiters, this.waiting, own)
    let ahead = 0
    // parties that stand before this one in the round get as many permits as it needs, the others one less
    let most = place
    for (let entry = this.round.first; entry !== undefined; entry = entry.next) {
      if (entry.value === member) most = place - 1
      else ahead += count(entry.value.waiters, most)
    }
    return ahead + place
  }

  private leave(member: Member, entry: Entry<Waiter>): void {
    member.waiters.remove(entry)
    this.waiting--
  }

  private hold(fiber: number | undefined): void {
    this.free--
    if (fiber !== undefined) this.holders.push(fiber)
  }

  private release(fiber: number | undefined): void {
    this.free++
    if (fiber !== undefined) this.holders.splice(this.holders.indexOf(fiber), 1)
    this.grant()
  }

  /** Gives the member a place at the end of the round while operations wait; otherwise removes the place. */
  private queue(member: Member): void {
    const waits = member.waiters.first !== undefined
    if (waits && member.place === undefined) member.place = this.round.add(member)
    if (!waits && member.place !== undefined) {
      this.round.remove(member.place)
      member.place = undefined
    }
  }

  private grant(): void {
    const { newestFirst } = this.options
    while (this.free > 0) {
      const place = newestFirst === true ? this.round.last : this.round.first
      const entry = newestFirst === true ? place?.value.waiters.last : place?.value.waiters.first
      if (place === undefined || entry === undefined) return
      const member = place.value
      this.round.remove(place)
      member.place = undefined
      this.leave(member, entry)
      this.hold(entry.value.fiber)
      entry.value.granted = true
      this.queue(member)
      entry.value.resume(Effect.void)
    }
  }
}

/** Makes a semaphore with the given number of permits, at least one. */
export const make = (permits: number, options: Options = {}): Effect.Effect<FairSemaphore> =>
  Effect.sync(() => {
    const shared = new Permits(permits, options)
    return {
      get permits() {
        return shared.total
      },
      resize: (total) => shared.resize(total),
      usage: shared.usage,
      party: Effect.map(
        Effect.acquireRelease(
          Effect.sync(() => shared.member()),
          (member) => Effect.sync(() => shared.end(member))
        ),
        (member): Party => ({ withPermit: shared.withPermit(member) })
      ),
      withPermit: (effect) => Effect.suspend(() => shared.withPermit(shared.member())(effect))
    }
  })
