import type { Socket } from "node:net"

/** A client, identified by address. Behind a proxy that does not pass addresses on, all clients are one. */
export interface Client {
  /** The address, reduced for IPv6 to its first 64 bits, as a network gives one client all of the rest. */
  readonly address: string
  /** Open connections of the client. */
  connections: number
  /** Requests of the client that were admitted and are in flight. */
  requests: number
}

/** Usage of an open connection, and its client. */
export interface Usage {
  readonly client: Client
  /** Requests in flight on the connection, rejected ones included. */
  requests: number
  /**
   * Sequence number that grows with each request of the server. The connection with the least number has been idle for
   * the longest.
   */
  lastUsed: number
  /** True once a request has arrived on the connection. */
  isUsed: boolean
  /** Opening time, by `performance.now()`. */
  readonly opened: number
  /** True once the connection has become a websocket. */
  isUpgraded: boolean
}

/** Milliseconds that a new connection may take for its first request before it counts as idle. */
const grace = 1000

const isIdle = ({ isUpgraded, isUsed, opened, requests }: Usage): boolean =>
  requests === 0 && !isUpgraded && (isUsed || performance.now() - opened > grace)

/** Expands an IPv6 address to its eight groups. */
const groupsOf = (address: string): ReadonlyArray<string> => {
  const [before = "", after] = address.split("::", 2)
  const head = before === "" ? [] : before.split(":")
  const tail = after === undefined || after === "" ? [] : after.split(":")
  return [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0"), ...tail]
}

/** Reduces an address to the part that all addresses of one client share. */
export const networkOf = (address: string): string => {
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (ipv4 !== undefined) return ipv4
  return address.includes(":") ? `${groupsOf(address.replace(/%.*$/, "")).slice(0, 4).join(":")}::/64` : address
}

/** Identifies the client at the other end of a socket. */
export const clientOf = ({ remoteAddress = "unknown" }: Pick<Socket, "remoteAddress">): string =>
  networkOf(remoteAddress)

/** The open connections of a server, by client. */
export class Clients {
  private readonly clients = new Map<string, Client>()
  private readonly connections = new Map<Socket, Usage>()
  private uses = 0
  /** Idle connections closed for new ones, and connections refused, since the start. */
  closed = 0
  refused = 0

  get open(): number {
    return this.connections.size
  }

  /** True if there are more connections than `most` and no idle one could be closed. */
  isOver(most: number): boolean {
    return this.connections.size > most && !this.closeIdle()
  }

  /** Returns the connection of a socket, which is forgotten once the socket has closed. */
  of(socket: Socket): Usage {
    return this.connections.get(socket) ?? this.add(socket)
  }

  use(connection: Usage): void {
    connection.requests++
    connection.isUsed = true
    connection.lastUsed = ++this.uses
  }

  /** Closes the connection that has been idle for the longest; false if there is none. */
  closeIdle(): boolean {
    let idlest: { readonly socket: Socket; readonly lastUsed: number } | undefined
    for (const [socket, connection] of this.connections) {
      const { lastUsed } = connection
      if ((idlest === undefined || lastUsed < idlest.lastUsed) && isIdle(connection)) idlest = { socket, lastUsed }
    }
    if (idlest === undefined) return false
    this.connections.delete(idlest.socket)
    this.closed++
    idlest.socket.destroy()
    return true
  }

  private add(socket: Socket): Usage {
    const address = clientOf(socket)
    const client = this.clients.get(address) ?? { address, connections: 0, requests: 0 }
    this.clients.set(address, client)
    client.connections++
    const connection = {
      client,
      requests: 0,
      lastUsed: ++this.uses,
      isUsed: false,
      opened: performance.now(),
      isUpgraded: false
    }
    // A request may still be reported after its socket has closed.
    if (socket.destroyed) return connection
    this.connections.set(socket, connection)
    socket.once("close", () => {
      this.connections.delete(socket)
      client.connections--
      if (client.connections === 0) this.clients.delete(address)
    })
    return connection
  }
}
