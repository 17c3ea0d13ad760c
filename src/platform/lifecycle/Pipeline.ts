import type { ServerResponse } from "node:http"
import type { Duplex } from "node:stream"

/**
 * The pending responses of a client's connection, oldest first. Only the first response is being written. The others
 * are pipelined behind the first (RFC 9112, 9.3.2), and node sends them no events.
 */
export class Pipeline {
  static readonly #all = new WeakMap<Duplex, Pipeline>()

  readonly #open: Array<ServerResponse> = []
  /** Requests dropped because an earlier answer closes the connection. */
  dropped = 0
  /** True once the client's bytes can no longer be parsed. */
  isBroken = false

  private constructor(socket: Duplex) {
    // One listener, for any number of pipelined requests.
    socket.once("close", () => this.#closed())
  }

  /** Returns the pipeline of a socket. */
  static of(socket: Duplex): Pipeline {
    const known = Pipeline.#all.get(socket)
    if (known !== undefined) return known
    const pipeline = new Pipeline(socket)
    Pipeline.#all.set(socket, pipeline)
    return pipeline
  }

  get hasDropped(): boolean {
    return this.dropped > 0
  }

  /** Responses begun and not yet closed. */
  get open(): ReadonlyArray<ServerResponse> {
    while (this.#open[0]?.closed === true) this.#open.shift()
    return this.#open
  }

  /** The newest response, if it is not yet closed. */
  get last(): ServerResponse | undefined {
    return this.open.at(-1)
  }

  /** Adds a response behind the open ones. */
  begin(response: ServerResponse): void {
    if (this.last !== response) this.#open.push(response)
  }

  /** Emits "close" on responses that wait for their turn. Without the event their listeners would wait for ever. */
  #closed(): void {
    for (const response of this.#open.splice(0)) {
      if (response.socket === null && !response.closed) response.emit("close")
    }
  }
}
