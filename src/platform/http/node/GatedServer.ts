import { Duration, Effect, Runtime } from "effect"
import type { Context } from "effect"
import { Server, ServerResponse } from "node:http"
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Problem } from "../../../domain/Problem.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { NotReady } from "../../lifecycle/NotReady.ts"
import { Pipeline } from "../../lifecycle/Pipeline.ts"
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
  /** Limit of requests that wait on one connection, and of requests dropped after a closing answer. */
  readonly maxPipelined: number
  /** Class of the responses, if it is not node's own. */
  readonly ServerResponse?: typeof ServerResponse
  /** Interval of probes whether a client that has closed its sending side is still there. */
  readonly departureProbe: Duration.Duration
}

/**
 * Time that a rejected client may still send. If the connection closed at once, TCP would reset the connection and lose
 * the answer (RFC 9112, 9.6).
 */
const lingering = Duration.seconds(2)

/** Milliseconds of silence before TCP probes the peer. Serves clients of HTTP/1.0, which do not know 100 Continue. */
const keepAliveDelay = 10_000

const alive = new TextAnswer(
  200,
  ["content-type", "application/json", "x-content-type-options", "nosniff"],
  `{"status":"ok"}`
)

/**
 * The node:http server with a gate before its listeners. The gate keeps back requests that break HTTP/1.1, arrive
 * during the start, or follow an answer that closes the connection. The gate answers a rejected request with a problem
 * document, in its turn.
 */
export class GatedServer extends Server {
  /** Node's switch that lets a client close its sending side and still get its answers (RFC 9112, 9.6). */
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
      // `Conformance` checks the Host header, and answers with a problem document.
      requireHostHeader: false
    })
    // Node drops lines beyond its bound silently, so `Conformance` rejects them instead.
    this.maxHeadersCount = 0
    this.#options = options
    this.on("connection", (socket) => this.#watch(socket))
    this.on("clientError", (error, socket) => this.#refuseUnparsed(error, socket))
    this.on("connect", (request, socket) => {
      if (request instanceof Incoming) this.#refuseTunnel(request, socket)
    })
    this.on("checkContinue", (request, response) => {
      if (request instanceof Incoming) {
        const pipeline = Pipeline.of(request.socket)
        request.continueWhenRead(response, () => !options.lifecycle.isStopping() && !pipeline.hasDropped)
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
    const pipeline = Pipeline.of(request.socket)
    if (request.socket.writableEnded || pipeline.last?.shouldKeepAlive === false) {
      // Nothing after an answer with `Connection: close` may be processed (RFC 9112, 9.6).
      pipeline.dropped++
      // Bounded, because node keeps a response for each dropped request.
      if (pipeline.dropped > this.#options.maxPipelined) request.socket.destroy()
      return false
    }
    pipeline.begin(response)
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

  /**
   * Rejects a request and closes the connection afterwards, because the request's body or the bytes behind it may be
   * misread.
   */
  #refuse(response: ServerResponse, problem: Problem): void {
    response.shouldKeepAlive = false
    this.#answer(response, Conformance.render(problem, response.req))
  }

  #answer(response: ServerResponse, answer: Answer): void {
    this.#options.lifecycle.begin(response)()
    writeAnswer(answer, response, () => this.#options.runtime, () => undefined)
  }

  #refuseTunnel(request: Incoming, socket: Duplex): void {
    // Node has removed its own listener.
    socket.on("error", () => socket.destroy())
    const fault = Conformance.violation(request, this.#options) ?? new MethodNotImplemented({ method: "CONNECT" })
    this.#refuseInTurn(request, socket, fault)
  }

  /**
   * Answers bytes that cannot be parsed and never become a request. If the bytes belong to a request's body, ends that
   * request.
   */
  #refuseUnparsed(error: ParserFault.ClientError, socket: Duplex): void {
    const pipeline = Pipeline.of(socket)
    // The parser reports its error again for each further packet.
    if (pipeline.isBroken) return
    pipeline.isBroken = true
    if (!(socket instanceof Socket) || !socket.writable || !ParserFault.isAnswerable(error)) {
      socket.destroy()
      return
    }
    const { last } = pipeline
    const problem = ParserFault.problemOf(error, this.#options)
    if (last === undefined || last.req.complete) {
      if (last?.shouldKeepAlive !== false) this.#refuseInTurn(ParserFault.requestOf(error, socket), socket, problem)
      return
    }
    last.shouldKeepAlive = false
    last.once("close", () => socket.destroySoon())
    if (last.req instanceof Incoming) last.req.breakOff(problem)
  }

  /** Rejects a request that has no response of node's, after the pending answers. */
  #refuseInTurn(request: Incoming, socket: Duplex, problem: Problem): void {
    const { last } = Pipeline.of(socket)
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

  /** Closes the sending side, and the whole connection once the client has closed its side or has had time to. */
  #linger(socket: Socket): void {
    socket.end()
    socket.on("end", () => socket.destroy()).resume()
    this.#fork(Effect.delay(Effect.sync(() => socket.destroy()), lingering))
  }

  #watch(socket: Socket): void {
    this.#options.lifecycle.clients.of(socket)
    this.#options.log?.connected(socket)
    const pipeline = Pipeline.of(socket)
    socket.on("end", () => {
      const { last } = pipeline
      if (last === undefined || pipeline.isBroken) return
      last.shouldKeepAlive = false
      socket.setKeepAlive(true, keepAliveDelay)
      this.#fork(
        Effect.repeat(Effect.delay(Effect.sync(() => isThere(socket, pipeline)), this.#options.departureProbe), {
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
 * Probes whether a client that has closed its sending side has left, because TCP signals both alike. A client that has
 * left answers a probe with a reset, so the next write fails and closes the connection. Returns true while there is
 * something left to wait for.
 */
const isThere = (socket: Socket, pipeline: Pipeline): boolean => {
  const [current] = pipeline.open
  if (socket.destroyed || current === undefined) return false
  if (current.headersSent) current.emit("probe")
  else if (current.req.httpVersion === "1.1" && current.socket !== null) current.writeContinue()
  return true
}

const answerWhileStarting = (request: Incoming): Answer =>
  isLiveness(pathOf(request.url ?? ""))
    ? alive
    : Conformance.render(new NotReady({ reason: "starting" }), request)
