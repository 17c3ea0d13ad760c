import type { Socket } from "node:net"

/** One client, as far as a server can tell them apart: by address. Behind a proxy that passes no address on, all are one. */
export interface Client {
  /** The address; of IPv6 the first 64 bits, as a network gives one client all of the rest. */
  readonly address: string
  /** Its open connections. */
  connections: number
  /** Its requests that were admitted and are under way. */
  requests: number
}

/** How an open connection is used, and whose it is. */
export interface Usage {
  readonly client: Client
  /** Its requests under way, refused ones included. */
  requests: number
  /** Grows with each request of the server: the connection with the least has been idle for the longest. */
  lastUsed: number
  /** Whether a request has come on it. */
  isUsed: boolean
  /** When it was opened, by `performance.now()`. */
  readonly opened: number
  /** Whether it has become a websocket. */
  isUpgraded: boolean
}

/** Milliseconds in which the first request of a connection is awaited: until then it is not idle. */
const grace = 1000

const isIdle = ({ isUpgraded, isUsed, opened, requests }: Usage): boolean =>
  requests === 0 && !isUpgraded && (isUsed || performance.now() - opened > grace)

/** The eight groups of an IPv6 address, in full. */
const groupsOf = (address: string): ReadonlyArray<string> => {
  const [before = "", after] = address.split("::", 2)
  const head = before === "" ? [] : before.split(":")
  const tail = after === undefined || after === "" ? [] : after.split(":")
  return [...head, ...Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0"), ...tail]
}

/** The part that one client's addresses have in common. */
export const networkOf = (address: string): string => {
  const ipv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (ipv4 !== undefined) return ipv4
  return address.includes(":") ? `${groupsOf(address.replace(/%.*$/, "")).slice(0, 4).join(":")}::/64` : address
}

/** The client at the other end of a socket. */
export const clientOf = ({ remoteAddress = "unknown" }: Pick<Socket, "remoteAddress">): string =>
  networkOf(remoteAddress)

/** The open connections of a server, and whose they are. */
export class Clients {
  private readonly clients = new Map<string, Client>()
  private readonly connections = new Map<Socket, Usage>()
  private uses = 0
  /** Idle connections that were closed for new ones, and connections that were refused, since the start. */
  closed = 0
  refused = 0

  /** Connections that are open. */
  get open(): number {
    return this.connections.size
  }

  /** Whether there is one more than may be, and none that is idle could be closed for it. */
  isOver(most: number): boolean {
    return this.connections.size > most && !this.closeIdle()
  }

  /** The connection of a socket; it is forgotten when the socket has closed. */
  of(socket: Socket): Usage {
    return this.connections.get(socket) ?? this.add(socket)
  }

  use(connection: Usage): void {
    connection.requests++
    connection.isUsed = true
    connection.lastUsed = ++this.uses
  }

  /** Closes the connection that has been idle for the longest, and answers whether there was one. */
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
    // a request may still be told of after its socket has closed
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
