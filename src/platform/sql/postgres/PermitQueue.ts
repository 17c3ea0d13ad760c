import type { SqlError } from "@effect/sql"
import { Deferred, Effect, type Queue } from "effect"
import { type Entry, LinkedQueue } from "../../../collections/LinkedQueue.ts"
import { waitFor } from "../../../domain/Wait.ts"
import type { PgConnection } from "./PgConnection.ts"

/** A lock that a session holds, until it is given back or lost with the session. */
export interface Permit {
  readonly number: number
  readonly session: PgConnection
  readonly lost: Deferred.Deferred<void>
}

type Unlock = (permit: Permit) => Effect.Effect<void, SqlError.SqlError>

interface Waiter {
  readonly resume: (effect: Effect.Effect<Permit, SqlError.SqlError>) => void
  permit: Permit | undefined
}

/** The operations of this server that wait for a shared permit, first in, first out, and the permits that it holds. */
export class PermitQueue {
  /** Tells whoever serves the queue that there may be something to do. */
  readonly called: Queue.Dequeue<void>
  readonly #call: Queue.Enqueue<void>
  readonly #name: string
  readonly #unlock: Unlock
  readonly #waiters = new LinkedQueue<Waiter>()
  readonly #held = new Map<number, Permit>()
  #waiting = 0

  constructor(name: string, calls: Queue.Queue<void>, unlock: Unlock) {
    this.#name = name
    this.called = calls
    this.#call = calls
    this.#unlock = unlock
  }

  get waiting(): number {
    return this.#waiting
  }

  get held(): number {
    return this.#held.size
  }

  holds(number: number): boolean {
    return this.#held.has(number)
  }

  /** Waits for a permit, which the caller gives back. Interruption gives up the wait. */
  readonly take: Effect.Effect<Permit, SqlError.SqlError> = Effect.async((resume) => {
    const entry = this.#waiters.add({ resume, permit: undefined })
    this.#waiting++
    this.#call.unsafeOffer(undefined)
    return Effect.suspend(() => {
      // the permit may have been passed in the very moment of the interruption
      if (entry.value.permit !== undefined) return this.give(entry.value.permit)
      this.#leave(entry)
      return Effect.void
    })
  }, waitFor("permit", () => ({ policy: this.#name })))

  /** Gives a permit back, unless it is lost. */
  give(permit: Permit): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#held.get(permit.number) !== permit) return Effect.void
      this.#held.delete(permit.number)
      // a session that fails here is lost, and its locks with it
      return Effect.ensuring(
        Effect.ignore(this.#unlock(permit)),
        Effect.sync(() => this.#call.unsafeOffer(undefined))
      )
    })
  }

  /** Passes a permit to the operation that has waited longest, or gives it back. */
  pass(permit: Permit): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#held.set(permit.number, permit)
      const entry = this.#waiters.first
      if (entry === undefined) return this.give(permit)
      this.#leave(entry)
      entry.value.permit = permit
      entry.value.resume(Effect.succeed(permit))
      return Effect.void
    })
  }

  /** Tells the operations that run that their permits are lost. */
  loseAll(): void {
    for (const { lost } of this.#held.values()) Deferred.unsafeDone(lost, Effect.void)
    this.#held.clear()
  }

  /** Ends the wait of all that wait. */
  failAll(error: SqlError.SqlError): void {
    for (let entry = this.#waiters.first; entry !== undefined; entry = this.#waiters.first) {
      this.#leave(entry)
      entry.value.resume(Effect.fail(error))
    }
  }

  #leave(entry: Entry<Waiter>): void {
    this.#waiters.remove(entry)
    this.#waiting--
  }
}
