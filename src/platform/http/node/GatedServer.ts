import { Duration, Effect, Runtime } from "effect"
import type { Context } from "effect"
import { Server, ServerResponse } from "node:http"
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Problem } from "../../../domain/Problem.ts"
import { Connection } from "../../lifecycle/Connection.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { NotReady } from "../../lifecycle/NotReady.ts"
import { TextAnswer } from "../exchange/Answer.ts"
import { type Answer } from "../exchange/Answer.ts"
import { Incoming } from "../exchange/Incoming.ts"
import { isLiveness, pathOf } from "../exchange/target.ts"
import * as Conformance from "../rules/Conformance.ts"
import { MethodNotImplemented } from "../rules/WireProblems.ts"
import type { AccessLog } from "./AccessLog.ts"
import * as ParserFault from "./ParserFault.ts"
import { writeAnswer } from "./writeAnswer.ts"

export interface Options extends Conformance.HeadLimits, ParserFault.Limits {
  readonly lifecycle: Context.Tag.Service<Lifecycle>
  readonly runtime: Runtime.Runtime<never>
  readonly log: AccessLog | undefined
  readonly headersTimeout: Duration.Duration
  readonly requestTimeout: Duration.Duration
  readonly keepAliveTimeout: Duration.Duration
  /** Requests that may wait on one connection, and as many that are dropped behind a closing answer. */
  readonly maxPipelined: number
  /** The class of the responses, where it is not node's. */
  readonly ServerResponse?: typeof ServerResponse
  /** How often a client that has closed its sending side is tried whether it is still there. */
  readonly departureProbe: Duration.Duration
}

/** How long a refused client may still send: closed at once, its connection would be reset and the answer lost (RFC 9112, 9.6). */
const lingering = Duration.seconds(2)

/** Silence after which TCP asks whether the other side is there, in milliseconds: for clients of HTTP/1.0, which know no 100 Continue. */
const keepAliveDelay = 10_000

const alive = new TextAnswer(
  200,
  ["content-type", "application/json", "x-content-type-options", "nosniff"],
  `{"status":"ok"}`
)

/**
 * The node:http server with a gate before its listeners: what breaks HTTP/1.1, is asked while the server starts, or comes behind an answer that
 * closes the connection never reaches an adapter. Whatever the gate refuses gets a problem document, in its turn.
 */
export class GatedServer extends Server {
  /** Node's switch: a client that has closed its sending side still gets its answers (RFC 9112, 9.6). */
  readonly httpAllowHalfOpen = true
  readonly #options: Options

  constructor(options: Options) {
    super({
      headersTimeout: Duration.toMillis(options.headersTimeout),
      requestTimeout: Duration.toMillis(options.requestTimeout),
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: Duration.toMillis(options.keepAliveTimeout),
      maxHeaderSize: options.maxHeaderBytes,
      noDelay: true,
      IncomingMessage: Incoming,
      ServerResponse: options.ServerResponse ?? ServerResponse,
      // Conformance does it, with a problem document
      requireHostHeader: false
    })
    // beyond its bound node drops the lines; Conformance refuses them
    this.maxHeadersCount = 0
    this.#options = options
    this.on("connection", (socket) => this.#watch(socket))
    this.on("clientError", (error, socket) => this.#refuseUnparsed(error, socket))
    this.on("connect", (request, socket) => {
      if (request instanceof Incoming) this.#refuseTunnel(request, socket)
    })
    this.on("checkContinue", (request, response) => {
      if (request instanceof Incoming) {
        const connection = Connection.of(request.socket)
        request.continueWhenRead(response, () => !options.lifecycle.isStopping() && !connection.hasDropped)
      }
      this.emit("request", request, response)
    })
    this.on("checkExpectation", (request, response) => this.emit("request", request, response))
  }

  override emit(event: string, ...values: ReadonlyArray<unknown>): boolean {
    const [request, response] = values
    if (request instanceof Incoming) {
      if (event === "request" && response instanceof ServerResponse && !this.#admits(request, response)) return true
      if (event === "upgrade" && !this.#admitsUpgrade(request)) return true
    }
    return super.emit(event, ...values)
  }

  #admits(request: Incoming, response: ServerResponse): boolean {
    const { lifecycle, log } = this.#options
    const connection = Connection.of(request.socket)
    if (request.socket.writableEnded || connection.last?.shouldKeepAlive === false) {
      // nothing that follows an answer with `Connection: close` may be processed (RFC 9112, 9.6)
      connection.dropped++
      // node keeps a response for each of them
      if (connection.dropped > this.#options.maxPipelined) request.socket.destroy()
      return false
    }
    connection.begin(response)
    log?.request(response)
    const fault = Conformance.violation(request, this.#options)
    if (fault !== undefined) {
      this.#refuse(response, fault)
      return false
    }
    if (Conformance.isLast(request)) response.shouldKeepAlive = false
    if (lifecycle.hasStarted()) return true
    this.#answer(response, answerWhileStarting(request))
    return false
  }

  #admitsUpgrade(request: Incoming): boolean {
    const fault = Conformance.violation(request, this.#options)
    if (fault === undefined) {
      this.#options.lifecycle.clients.of(request.socket).isUpgraded = true
      this.#options.log?.upgrade(request)
      return true
    }
    this.#refuseInTurn(request, request.socket, fault)
    return false
  }

  /** Refuses a request, after which the connection closes: its body, or what follows it, may not be what it seems. */
  #refuse(response: ServerResponse, problem: Problem): void {
    response.shouldKeepAlive = false
    this.#answer(response, Conformance.render(problem, response.req))
  }

  #answer(response: ServerResponse, answer: Answer): void {
    this.#options.lifecycle.begin(response)()
    writeAnswer(answer, response, this.#options.runtime, () => undefined)
  }

  #refuseTunnel(request: Incoming, socket: Duplex): void {
    // node has taken its own listener off
    socket.on("error", () => socket.destroy())
    const fault = Conformance.violation(request, this.#options) ?? new MethodNotImplemented({ method: "CONNECT" })
    this.#refuseInTurn(request, socket, fault)
  }

  /** Answers what cannot be parsed, which never becomes a request; where it is a request's body, ends that request. */
  #refuseUnparsed(error: ParserFault.ClientError, socket: Duplex): void {
    const connection = Connection.of(socket)
    // the parser says it again of each further packet
    if (connection.isBroken) return
    connection.isBroken = true
    if (!(socket instanceof Socket) || !socket.writable || !ParserFault.isAnswerable(error)) {
      socket.destroy()
      return
    }
    const { last } = connection
    const problem = ParserFault.problemOf(error, this.#options)
    if (last === undefined || last.req.complete) {
      if (last?.shouldKeepAlive !== false) this.#refuseInTurn(ParserFault.requestOf(error, socket), socket, problem)
      return
    }
    last.shouldKeepAlive = false
    last.once("close", () => socket.destroySoon())
    if (last.req instanceof Incoming) last.req.breakOff(problem)
  }

  /** Refuses, behind the answers that are still to come, what node has no response for. */
  #refuseInTurn(request: Incoming, socket: Duplex, problem: Problem): void {
    const { last } = Connection.of(socket)
    const refuse = () => {
      if (!(socket instanceof Socket) || !socket.writable) return void socket.destroy()
      const response = new ServerResponse(request)
      response.assignSocket(socket)
      this.#options.log?.request(response)
      response.on("finish", () => this.#linger(socket))
      this.#refuse(response, problem)
    }
    if (last === undefined) refuse()
    else last.once("close", refuse)
  }

  /** Closes the sending side, and all of the connection when the client has, or has had time to. */
  #linger(socket: Socket): void {
    socket.end()
    socket.on("end", () => socket.destroy()).resume()
    this.#fork(Effect.delay(Effect.sync(() => socket.destroy()), lingering))
  }

  #watch(socket: Socket): void {
    this.#options.lifecycle.clients.of(socket)
    this.#options.log?.connected(socket)
    const connection = Connection.of(socket)
    socket.on("end", () => {
      const { last } = connection
      if (last === undefined || connection.isBroken) return
      last.shouldKeepAlive = false
      socket.setKeepAlive(true, keepAliveDelay)
      this.#fork(
        Effect.repeat(Effect.delay(Effect.sync(() => isThere(socket, connection)), this.#options.departureProbe), {
          while: (goesOn) => goesOn
        })
      )
    })
  }

  #fork(effect: Effect.Effect<unknown>): void {
    Runtime.runFork(this.#options.runtime, effect)
  }
}

/**
 * Tries whether a client that has closed its sending side has left: TCP says the same of both. One that has left answers what it is sent by a
 * reset, so that the next try fails and closes the connection. Answers whether there is anything left to wait for.
 */
const isThere = (socket: Socket, connection: Connection): boolean => {
  const [current] = connection.open
  if (socket.destroyed || current === undefined) return false
  if (current.headersSent) current.emit("probe")
  else if (current.req.httpVersion === "1.1" && current.socket !== null) current.writeContinue()
  return true
}

const answerWhileStarting = (request: Incoming): Answer =>
  isLiveness(pathOf(request.url ?? ""))
    ? alive
    : Conformance.render(new NotReady({ reason: "starting" }), request)
