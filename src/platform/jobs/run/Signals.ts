import { Effect, type Scope } from "effect"
import { type Wait, waitFor, waiting } from "../../../domain/Wait.ts"

type Signal = Effect.Effect<Effect.Effect<void>, never, Scope.Scope>

/** Signals by key, for subscribers in this process. */
export class Signals<Key> {
  private readonly wait: Wait
  private readonly listening = new Map<Key, Set<Effect.Latch>>()
  private readonly listeningToAll = new Set<Effect.Latch>()

  /** A recording tells the name where a fiber waits for the signal. */
  constructor(name: string) {
    this.wait = waitFor("signal", () => ({ name }))
  }

  /**
   * Subscribes until the scope closes. The returned effect completes once the signal is raised after its previous
   * completion, or after the subscription.
   */
  subscribe(key: Key): Signal {
    return this.listen(
      (latch) => this.listening.set(key, (this.listening.get(key) ?? new Set()).add(latch)),
      (latch) => {
        const latches = this.listening.get(key)
        latches?.delete(latch)
        if (latches?.size === 0) this.listening.delete(key)
      }
    )
  }

  /** Subscribes to the signals of all keys. */
  subscribeToAll(): Signal {
    return this.listen(
      (latch) => this.listeningToAll.add(latch),
      (latch) => this.listeningToAll.delete(latch)
    )
  }

  private listen(add: (latch: Effect.Latch) => unknown, remove: (latch: Effect.Latch) => unknown): Signal {
    const begin = Effect.sync(() => {
      const latch = Effect.unsafeMakeLatch()
      add(latch)
      return latch
    })
    return Effect.map(
      Effect.acquireRelease(begin, (latch) => Effect.sync(() => remove(latch))),
      (latch) => Effect.zipLeft(waiting(this.wait)(latch.await), latch.close)
    )
  }

  raise(key: Key): Effect.Effect<void> {
    return Effect.sync(() => {
      for (const latch of this.listening.get(key) ?? []) latch.unsafeOpen()
      for (const latch of this.listeningToAll) latch.unsafeOpen()
    })
  }

  /** Raises the signals of all keys. */
  readonly raiseAll: Effect.Effect<void> = Effect.sync(() => {
    for (const latches of this.listening.values()) {
      for (const latch of latches) latch.unsafeOpen()
    }
    for (const latch of this.listeningToAll) latch.unsafeOpen()
  })
}
