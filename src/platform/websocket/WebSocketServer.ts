import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Context, Duration, Effect, Either, Layer, type Scope } from "effect"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import { WebSocketServer as Handshake } from "ws"
import { Overloaded } from "../../domain/Problem.ts"
import { type Term, term } from "../../domain/Term.ts"
import { carriesToken, subprotocolsOf } from "../http/exchange/BearerTokens.ts"
import { Incoming } from "../http/exchange/Incoming.ts"
import { clientOf } from "../lifecycle/Clients.ts"
import { InputMemory } from "../lifecycle/InputMemory.ts"
import { Tally } from "../lifecycle/Tally.ts"
import { endOfTurn } from "../scheduler/endOfTurn.ts"
import * as Connection from "./Connection.ts"
import type { SendQueue } from "./SendQueue.ts"
import { UpgradeRequired } from "./UpgradeRequired.ts"

/**
 * Sockets written in one turn of the event loop: a few milliseconds of work, before requests and timers are read again.
 */
const socketsInATurn = 256

/** First bytes of the upgraded stream, which arrived with the request. The request itself does not carry them. */
const heads = new WeakMap<IncomingMessage, Buffer>()

/**
 * Prepares a server for `WebSocketServer.accept`; call it once, before the server listens. Also guards the socket of
 * every upgrade request. Node removes its own error listener, so a client's reset would end the process.
 */
export const rememberHeads = (server: Server): void => {
  server.prependListener("upgrade", (request, socket, head) => {
    heads.set(request, head)
    socket.on("error", () => socket.destroy())
  })
}

interface Upgrade {
  readonly incoming: IncomingMessage
  readonly head: Buffer
  readonly protocols: ReadonlyArray<string>
  readonly maxPayload: number
  readonly closeTimeout: number
}

/** Makes a term of a fault that `ws` reports in English. */
const refused = ({ message }: Error): Term => {
  const [header] = /[\w-]+(?= header$)/.exec(message) ?? []
  return term(header === undefined ? "poignée de main non valide" : `en-tête ${header} absent ou non valide`, message)
}

/**
 * Performs the handshake within the current tick. Returns the open socket, or the reason why the handshake is invalid.
 */
const upgrade = ({ closeTimeout, head, incoming, maxPayload, protocols }: Upgrade) => {
  const options = {
    noServer: true,
    clientTracking: false,
    maxPayload,
    closeTimeout,
    autoPong: false,
    WebSocket: Connection.ReasonedWebSocket,
    handleProtocols: (offered: Set<string>) => protocols.find((protocol) => offered.has(protocol)) ?? false
  } as const
  const handshake = new Handshake(options)
  let outcome: Either.Either<Connection.ReasonedWebSocket, Term> | undefined
  // With a listener `ws` leaves the answer to the server.
  handshake.on("wsClientError", (error) => {
    outcome = Either.left(refused(error))
  })
  handshake.handleUpgrade(incoming, incoming.socket, head, (socket) => {
    outcome = Either.right(socket)
  })
  return outcome
}

/**
 * Rejects invalid handshakes that `ws` accepts: one of HTTP/1.0, one of an old version with its Origin in another
 * header, and one with a body.
 */
const handshakeFault = ({ headers, httpVersion }: IncomingMessage): Term | undefined => {
  // HTTP/1.0 ignores Upgrade (RFC 9110, 7.8).
  if (httpVersion !== "1.1") return term("HTTP/1.1 est requis", "HTTP/1.1 is required")
  // Version 8 names its page in Sec-WebSocket-Origin (RFC 6455, 4.4).
  if (headers["sec-websocket-version"] !== "13") {
    return term("Sec-WebSocket-Version n'est pas 13", "Sec-WebSocket-Version is not 13")
  }
  const { "content-length": length = "0", "transfer-encoding": framing } = headers
  return framing === undefined && Number(length) === 0
    ? undefined
    : term("une poignée de main n'a pas de corps", "a handshake has no body")
}

/** Keeps an answer from ever being written. The response counts as sent, and is detached from the socket. */
const silence = (response: ServerResponse, incoming: IncomingMessage): void => {
  response.removeAllListeners("finish")
  if (response.socket !== null) response.detachSocket(incoming.socket)
  response.end()
}

/** The bounds of all websockets together, and of each. */
export interface Limits extends Connection.Limits {
  readonly sockets: number
  readonly socketsPerClient: number
  /** Size of a message that a client sends; a larger one closes the socket with 1009. */
  readonly messageBytes: number
}

/** Upgrades requests of the HTTP server to websockets, with bounds on sockets, message size, queues and silence. */
export class WebSocketServer extends Context.Tag("barista/platform/websocket/WebSocketServer")<
  WebSocketServer,
  {
    /**
     * Upgrades the request of a GET route. The handler must run until the connection is closed, and its answer is then
     * dropped. The first of `protocols` that the client offers is chosen. Fails before the upgrade if the request is
     * not a websocket handshake, or all sockets are in use. The scope holds the socket's place.
     */
    readonly accept: (options: {
      readonly request: HttpServerRequest.HttpServerRequest
      readonly protocols: ReadonlyArray<string>
    }) => Effect.Effect<Connection.Connection, UpgradeRequired | Overloaded, Scope.Scope>
    /** Websockets that are open or in their handshake. */
    readonly open: () => number
    readonly dropped: Readonly<Connection.Dropped>
  }
>() {
  static readonly layer = (limits: Limits) =>
    Layer.effect(
      WebSocketServer,
      Effect.gen(function*() {
        const writeLater = endOfTurn<SendQueue>((queue) => queue.writeDue(), socketsInATurn)
        const memory = yield* InputMemory
        const ofClients = new Tally(limits.socketsPerClient)
        const dropped = { slow: 0, silent: 0 }
        let sockets = 0
        const full = (what: Term) => new Overloaded({ what, retry_after: 5 })
        const place = (client: string) =>
          Effect.acquireRelease(
            Effect.suspend(() => {
              if (sockets >= limits.sockets) return full(term("websockets ouverts", "websockets"))
              if (!ofClients.hasRoom(client, 1)) {
                return full(term("websockets d'un même client", "websockets of one client"))
              }
              sockets += 1
              ofClients.add(client, 1)
              return Effect.void
            }),
            () =>
              Effect.sync(() => {
                sockets -= 1
                ofClients.remove(client, 1)
              })
          )

        const accept = Effect.fnUntraced(function*({ protocols, request }: {
          readonly request: HttpServerRequest.HttpServerRequest
          readonly protocols: ReadonlyArray<string>
        }) {
          const incoming = NodeHttpServerRequest.toIncomingMessage(request)
          const head = heads.get(incoming)
          if (head === undefined) {
            return yield* new UpgradeRequired({ reason: term("pas de Connection: Upgrade", "no Connection: Upgrade") })
          }
          const fault = handshakeFault(incoming)
          if (fault !== undefined) return yield* new UpgradeRequired({ reason: fault })
          const offered = subprotocolsOf(request.headers)
          if (offered.some(carriesToken) && !offered.some((one) => protocols.includes(one))) {
            // A browser closes a websocket if the server chooses none of the offered subprotocols.
            return yield* new UpgradeRequired({
              reason: term(
                `proposer ${protocols.join(" ou ")} à côté du jeton`,
                `offer ${protocols.join(" or ")} beside the token`
              )
            })
          }
          yield* place(clientOf(incoming.socket))
          const response = yield* responseOf(request, incoming)
          const outcome = upgrade({
            incoming,
            head,
            protocols,
            maxPayload: limits.messageBytes,
            closeTimeout: Duration.toMillis(limits.closeTimeout)
          })
          if (outcome !== undefined && Either.isLeft(outcome)) {
            return yield* new UpgradeRequired({ reason: outcome.left })
          }
          silence(response, incoming)
          // The client has left during the handshake.
          if (outcome === undefined) return yield* Effect.interrupt
          heads.delete(incoming)
          if (incoming instanceof Incoming) {
            incoming.upgraded = 101
            if (incoming.recorded !== undefined) incoming.recorded.status = 101
          }
          const { socket: transport } = incoming
          return yield* Connection.make({ socket: outcome.right, transport, limits, memory, dropped, writeLater })
        })
        return { accept: (options) => Effect.uninterruptible(accept(options)), open: () => sockets, dropped }
      })
    )
}

/**
 * Returns the response that the HTTP server would write on this socket. The response does not exist while an earlier,
 * pipelined request is still being answered. Clients that follow RFC 6455 do not pipeline, so the connection is cut.
 */
const responseOf = (request: HttpServerRequest.HttpServerRequest, incoming: IncomingMessage) =>
  Effect.catchAll(Effect.try(() => NodeHttpServerRequest.toServerResponse(request)), () => {
    silence(NodeHttpServerRequest.toServerResponse(request), incoming)
    incoming.socket.destroy()
    return Effect.interrupt
  })
