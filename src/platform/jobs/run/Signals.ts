import { Effect, type Scope } from "effect"

/** Signals by key, for subscribers in this process. */
export class Signals<Key> {
  private readonly listening = new Map<Key, Set<Effect.Latch>>()

  /**
   * Subscribes until the scope closes. The returned effect completes once the signal is raised after its previous
   * completion, or after the subscription.
   */
  subscribe(key: Key): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> {
    const listen = Effect.sync(() => {
      const latch = Effect.unsafeMakeLatch()
      this.listening.set(key, (this.listening.get(key) ?? new Set()).add(latch))
      return latch
    })
    const leave = (latch: Effect.Latch) =>
      Effect.sync(() => {
        const latches = this.listening.get(key)
        latches?.delete(latch)
        if (latches?.size === 0) this.listening.delete(key)
      })
    return Effect.map(Effect.acquireRelease(listen, leave), (latch) => Effect.zipLeft(latch.await, latch.close))
  }

  raise(key: Key): Effect.Effect<void> {
    return Effect.sync(() => {
      for (const latch of this.listening.get(key) ?? []) latch.unsafeOpen()
    })
  }
}
