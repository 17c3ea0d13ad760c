import {
  Cookies,
  Headers,
  HttpIncomingMessage,
  type HttpMethod,
  HttpServerError,
  HttpServerRequest
} from "@effect/platform"
import { Effect, Inspectable, Option, Stream } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"

/**
 * Narrows node's headers to those of @effect/platform, which differ by a brand alone. Names are lower case, and each
 * value of a request is one text.
 */
const isHeaders = (headers: unknown): headers is Headers.Headers => typeof headers === "object"

/** Narrows any method, as @effect/platform passes on unknown methods too. */
const isMethod = (method: string | undefined): method is HttpMethod.HttpMethod => method !== undefined

/** Stops the interface's own readers of a body, which have no bound. */
const notOffered = Effect.dieMessage("the body of a request is read by RequestBody or MultipartReader")

interface Changes {
  readonly url?: string
  readonly headers?: Headers.Headers
  readonly remoteAddress?: string
}

/**
 * A request of node:http as @effect/platform's `HttpServerRequest`; `NodeHttpServerRequest` can unwrap it. The view
 * copies nothing of the request. `RequestBody` or `MultipartReader` read the body, not the interface's members.
 *
 * A request has three layers, one for each reader. Node's parser makes an `Incoming`, the request on its socket: node
 * asks it about upgrades and 100 Continue, and both adapters share it. Handlers read a `NodeRequest`, or the library's
 * own view under the stock adapter, because the contract's types name that interface. The rules write to an `Exchange`,
 * the state of one answer: language, trace and headers. An `Exchange` exists only once a request is handled, and also
 * in tests without a socket, so none of the three can contain another.
 */
export class NodeRequest extends Inspectable.Class implements HttpServerRequest.HttpServerRequest {
  readonly source: IncomingMessage
  /** A function makes the response only if the response is needed. */
  readonly response: ServerResponse | (() => ServerResponse)
  readonly #changes: Changes | undefined

  constructor(source: IncomingMessage, response: ServerResponse | (() => ServerResponse), changes?: Changes) {
    super()
    this.source = source
    this.response = response
    this.#changes = changes
  }

  get [HttpServerRequest.TypeId](): HttpServerRequest.TypeId {
    return HttpServerRequest.TypeId
  }

  get [HttpIncomingMessage.TypeId](): HttpIncomingMessage.TypeId {
    return HttpIncomingMessage.TypeId
  }

  get method(): HttpMethod.HttpMethod {
    return isMethod(this.source.method) ? this.source.method : "GET"
  }

  get originalUrl(): string {
    return this.source.url ?? "/"
  }

  get url(): string {
    return this.#changes?.url ?? this.originalUrl
  }

  get headers(): Headers.Headers {
    if (this.#changes?.headers !== undefined) return this.#changes.headers
    const { headers } = this.source
    return isHeaders(headers) ? headers : Headers.empty
  }

  get cookies(): Readonly<Record<string, string>> {
    return Cookies.parseHeader(this.headers["cookie"] ?? "")
  }

  get remoteAddress(): Option.Option<string> {
    return Option.fromNullable(this.#changes?.remoteAddress ?? this.source.socket.remoteAddress)
  }

  modify(changes: Changes): NodeRequest {
    return new NodeRequest(this.source, this.response, { ...this.#changes, ...changes })
  }

  get text() {
    return notOffered
  }

  get json() {
    return notOffered
  }

  get urlParamsBody() {
    return notOffered
  }

  get arrayBuffer() {
    return notOffered
  }

  get multipart() {
    return notOffered
  }

  get stream() {
    return Stream.fromEffect(notOffered)
  }

  get multipartStream() {
    return Stream.fromEffect(notOffered)
  }

  /** Always fails, since `WebSocketServer` accepts websockets, with bounds. */
  get upgrade(): Effect.Effect<never, HttpServerError.RequestError> {
    return Effect.fail(new HttpServerError.RequestError({ request: this, reason: "Decode" }))
  }

  toJSON(): unknown {
    return { _id: "@effect/platform/HttpServerRequest", method: this.method, url: this.originalUrl }
  }
}
