import type { ServerResponse } from "node:http"
import type { Duplex } from "node:stream"

/**
 * A client's connection with the responses that it still waits for, oldest first. Only the first has its turn; the others are pipelined behind
 * it (RFC 9112, 9.3.2), and node tells them nothing.
 */
export class Connection {
  static readonly #all = new WeakMap<Duplex, Connection>()

  readonly #open: Array<ServerResponse> = []
  /** Requests that were dropped, as an answer before them closes the connection. */
  dropped = 0
  /** The client's bytes can no longer be read. */
  isBroken = false

  private constructor(socket: Duplex) {
    // one listener, however many requests a client pipelines
    socket.once("close", () => this.#closed())
  }

  /** The connection of a socket. */
  static of(socket: Duplex): Connection {
    const known = Connection.#all.get(socket)
    if (known !== undefined) return known
    const connection = new Connection(socket)
    Connection.#all.set(socket, connection)
    return connection
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

  /** Adds a response, whose turn comes after those that are open. */
  begin(response: ServerResponse): void {
    if (this.last !== response) this.#open.push(response)
  }

  /** Tells the responses that wait for their turn; they, and whoever waits for them, would wait for ever. */
  #closed(): void {
    for (const response of this.#open.splice(0)) {
      if (response.socket === null && !response.closed) response.emit("close")
    }
  }
}
