import { HttpClient, type HttpClientError, HttpClientRequest, type HttpClientResponse } from "@effect/platform"
import type { HttpServerError } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import type * as Undici from "@effect/platform-node/Undici"
import { Chunk, Context, Effect, Layer, Option, Scope, Stream } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type { JsonText } from "../codec/JsonText.ts"
import { traceStateOf } from "../observability/TraceContext.ts"
import { CodingFailed, decoded } from "./contentCoding.ts"
import * as EmbeddedUpstream from "./EmbeddedUpstream.ts"
import { readJson } from "./Json.ts"
import { UpstreamFailed } from "./UpstreamFailed.ts"

/** The URL of a path (`/delay/1?a=b`) below the upstream's base. Whatever the path, scheme, host and port stay the base's. */
export const urlOf = (base: URL, path: string): URL => {
  const url = new URL(base)
  const query = path.indexOf("?")
  url.pathname = base.pathname.replace(/\/$/, "") + (query < 0 ? path : path.slice(0, query))
  url.search = query < 0 ? "" : path.slice(query)
  url.hash = ""
  return url
}

const codeOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return "unknown"
  if ("code" in error && typeof error.code === "string") return error.code
  return "cause" in error ? codeOf(error.cause) : "unknown"
}

/** The whole body as it was sent, or a failure as soon as it exceeds the limit in bytes; the rest is then not read. */
const bytesOf = (response: HttpClientResponse.HttpClientResponse, url: URL, limit: number) =>
  response.stream.pipe(
    Stream.mapError((error: HttpClientError.ResponseError) => UpstreamFailed.connection(url, codeOf(error))),
    Stream.runFoldEffect(
      { chunks: Chunk.empty<Uint8Array>(), size: 0 },
      (read, chunk) =>
        read.size + chunk.length > limit
          ? Effect.fail(UpstreamFailed.body(url, "too-large"))
          : Effect.succeed({ chunks: Chunk.append(read.chunks, chunk), size: read.size + chunk.length })
    ),
    Effect.map(({ chunks }) => Buffer.concat([...chunks]))
  )

/** The whole body without its codings, of at most `limit` bytes. */
const bodyOf = (response: HttpClientResponse.HttpClientResponse, url: URL, limit: number) =>
  Effect.flatMap(bytesOf(response, url, limit), (bytes) =>
    Effect.tryPromise({
      try: () => decoded(bytes, response.headers["content-encoding"] ?? "", limit),
      catch: (error) => UpstreamFailed.body(url, error instanceof CodingFailed ? error.code : "bad-coding")
    }))

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** What an answer of the upstream is worth: its JSON, or the failure that its status or body means. */
export const jsonOf = (url: URL, status: number, body: Uint8Array): Effect.Effect<JsonText, UpstreamFailed> =>
  isSuccess(status)
    ? Effect.mapError(readJson(body), () => UpstreamFailed.body(url, "not-json"))
    : UpstreamFailed.status(url, status)

/** undici's client with connections of its own, until the scope closes. */
const client = (options: Undici.Agent.Options) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { Agent } = await import("@effect/platform-node/Undici")
      return new Agent(options)
    }),
    (agent) => Effect.promise(() => agent.destroy())
  ).pipe(
    Effect.map((agent) => HttpClient.withSpanNameGenerator(NodeHttpClient.makeUndici(agent), () => "Upstream.get"))
  )

/** JSON, and uncoded: the answers are small, and undoing a coding takes longer than it saves. */
const asked = (url: URL) =>
  HttpClientRequest.get(url.href, { acceptJson: true }).pipe(
    HttpClientRequest.setHeader("accept-encoding", "identity")
  )

const closed: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])

/**
 * Whether the connection was closed before any answer. An upstream may close one that it has kept just as a request arrives; a GET may
 * then be sent again, once (RFC 9112, 9.3.1).
 */
const wasClosed = (error: HttpClientError.HttpClientError): boolean => closed.has(codeOf(error))

/** Passes the caller's `tracestate` on; the client itself passes the trace on. */
const inTrace = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.map(Effect.option(Effect.currentParentSpan), (span) =>
    Option.match(Option.flatMap(span, traceStateOf), {
      onNone: () => request,
      onSome: (state) => HttpClientRequest.setHeader(request, "tracestate", state)
    }))

/**
 * The handbook's httpbin: GET of JSON from the one configured host, with no redirect followed, on reused connections. A connection that
 * the upstream closed as the request came gets a second try on a new one. It sets no time limit of its own (policies do); an
 * interruption aborts the request on its socket.
 */
export class Upstream extends Context.Tag("barista/platform/upstream/Upstream")<Upstream, {
  /** The base of every path. */
  readonly url: URL
  /** The JSON at a path, which begins with a slash and may have a query. */
  readonly get: (path: `/${string}`) => Effect.Effect<JsonText, UpstreamFailed>
}>() {
  /** The upstream at a URL. */
  static readonly layerHttp = (base: URL): Layer.Layer<Upstream, never, AppConfig> =>
    Layer.scoped(
      Upstream,
      Effect.gen(function*() {
        const { upstreamConnections, upstreamMaxBytes } = yield* AppConfig
        const scope = yield* Effect.scope
        // loaded on its first use: it is a quarter of the product's code, and many a server never calls its upstream
        const connect = yield* Effect.cached(
          Effect.all({
            reused: client({ connections: upstreamConnections }),
            // without pipelining, undici closes a connection after its answer
            fresh: client({ connections: upstreamConnections, pipelining: 0 })
          }, { concurrency: 1 }).pipe(Scope.extend(scope), Effect.uninterruptible)
        )

        const get = Effect.fnUntraced(function*(path: `/${string}`) {
          const url = urlOf(base, path)
          const { fresh, reused } = yield* connect
          const request = yield* inTrace(asked(url))
          const response = yield* reused.execute(request).pipe(
            Effect.catchIf(wasClosed, () => fresh.execute(request)),
            Effect.mapError((error) => UpstreamFailed.connection(url, codeOf(error)))
          )
          const body = bodyOf(response, url, upstreamMaxBytes)
          // the body of a failure is read all the same, so that the connection can be used again
          const text = yield* (isSuccess(response.status) ? body : Effect.orElseSucceed(body, () => Buffer.alloc(0)))
          return yield* jsonOf(url, response.status, text)
        })
        return { url: base, get }
      })
    )

  /** The configured upstream; an embedded one on loopback if none is. */
  static readonly layer: Layer.Layer<Upstream, HttpServerError.ServeError, AppConfig> = Layer.unwrapScoped(
    Effect.gen(function*() {
      const { upstreamUrl } = yield* AppConfig
      return Upstream.layerHttp(Option.isSome(upstreamUrl) ? upstreamUrl.value : yield* EmbeddedUpstream.start)
    })
  )
}
