/**
 * `prompt`: the database answers within a second. `late`: it has not answered for longer, or has refused a session.
 * `lost`: it has been silent for so long that nothing waits for it any more.
 */
export type State = "prompt" | "late" | "lost"

/** The contact of this server with its database, as the questions of one session show it. */
export class Contact {
  #state: State = "prompt"
  readonly #listeners = new Set<() => void>()

  get state(): State {
    return this.#state
  }

  get isLost(): boolean {
    return this.#state === "lost"
  }

  /** Changes the state. A loss calls all listeners, once each. */
  become(state: State): void {
    const isNew = state === "lost" && !this.isLost
    this.#state = state
    if (!isNew) return
    const called = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of called) listener()
  }

  /** Calls a listener at the next loss; returns what takes that back. */
  onLoss(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
