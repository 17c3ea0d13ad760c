import { type HttpClientError, HttpClientRequest, type HttpClientResponse } from "@effect/platform"
import type { HttpServerError } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import type * as Undici from "@effect/platform-node/Undici"
import { Cause, Chunk, Clock, Context, Duration, Effect, Exit, Layer, Option, Scope, Stream } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { waitFor, waiting } from "../../domain/Wait.ts"
import type { TimeLeft } from "../../policy/TimeLeft.ts"
import type { JsonText } from "../codec/JsonText.ts"
import * as RetryAfter from "../http/contract/RetryAfter.ts"
import { traceStateOf } from "../observability/TraceContext.ts"
import { traced } from "../observability/Tracing.ts"
import { CodingFailed, decoded } from "./contentCoding.ts"
import * as EmbeddedUpstream from "./EmbeddedUpstream.ts"
import { readJson } from "./Json.ts"
import { UpstreamFailed } from "./UpstreamFailed.ts"
import { UpstreamLatencies } from "./UpstreamLatencies.ts"

/**
 * Makes the URL of a path (`/delay/1?a=b`) below the upstream's base. No path can change the base's scheme, host and
 * port.
 */
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

/** Reads the whole body. Fails as soon as the body exceeds the limit in bytes, and reads no further. */
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

/** Reads the whole body without its codings, at most `limit` bytes. */
const bodyOf = (response: HttpClientResponse.HttpClientResponse, url: URL, limit: number) =>
  Effect.flatMap(bytesOf(response, url, limit), (bytes) =>
    Effect.tryPromise({
      try: () => decoded(bytes, response.headers["content-encoding"] ?? "", limit),
      catch: (error) => UpstreamFailed.body(url, error instanceof CodingFailed ? error.code : "bad-coding")
    }))

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** Returns the JSON of an upstream's answer, or the failure of its status or body. */
export const jsonOf = (url: URL, status: number, body: Uint8Array): Effect.Effect<JsonText, UpstreamFailed> =>
  isSuccess(status)
    ? Effect.mapError(readJson(body), () => UpstreamFailed.body(url, "not-json"))
    : UpstreamFailed.status(url, status)

/** A path below the upstream's base, which begins with a slash and may have a query. */
export type Path = `/${string}`

/** Returns the status of a failed call's answer, if there was one, for its span. */
const statusAt = (exit: Exit.Exit<unknown, unknown>) => {
  const failure = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
  return failure instanceof UpstreamFailed && failure.reason !== "connection"
    ? { "upstream.status": failure.upstream_status ?? 200 }
    : {}
}

/** Puts a call into its span, which notes the path and the status of a failed answer. */
export const inCallSpan = (path: Path) => <A, R>(call: Effect.Effect<A, UpstreamFailed, R>) =>
  traced("Upstream.get", { "upstream.path": path }, statusAt)(call)

/** Makes undici's client with its own connections, until the scope closes. */
const client = (options: Undici.Agent.Options) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { Agent } = await import("@effect/platform-node/Undici")
      return new Agent(options)
    }),
    (agent) => Effect.promise(() => agent.destroy())
  ).pipe(Effect.map((agent) => NodeHttpClient.makeUndici(agent)))

/**
 * Names the header with the milliseconds for which the caller still waits, so that the upstream need not work for
 * nobody. The name and the unit are those of Envoy's router, which sets it for the same reason.
 */
const expectedTimeout = "x-envoy-expected-rq-timeout-ms"

/** Asks for JSON without content codings: the answers are small, and decoding takes longer than it saves. */
const asked = (url: URL, left: number | undefined) =>
  HttpClientRequest.get(url.href, { acceptJson: true }).pipe(
    HttpClientRequest.setHeaders({
      "accept-encoding": "identity",
      ...left !== undefined && { [expectedTimeout]: String(Math.floor(left)) }
    })
  )

/** Statuses that may ask to wait (RFC 9110, 10.2.3 and 15.6.4; RFC 6585, 4). */
const asksToWait: ReadonlySet<number> = new Set([429, 503])

const retryAfterOf = ({ headers, status }: HttpClientResponse.HttpClientResponse) =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    asksToWait.has(status)
      ? Option.getOrUndefined(Option.map(RetryAfter.parse(headers["retry-after"], now), Duration.toSeconds))
      : undefined)

const closed: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"])

/**
 * True if the connection was closed before any answer. An upstream may close an idle connection just as a request
 * arrives. A GET may then be sent again, once (RFC 9112, 9.3.1).
 */
const wasClosed = (error: HttpClientError.HttpClientError): boolean => closed.has(codeOf(error))

/** The wait for an answer, of which a recording tells the path without its query. */
export const calling = (path: Path) => waitFor("upstream", () => ({ url: path.replace(/\?.*/s, "") }))

/** Passes on the caller's `tracestate`; the client itself passes on the trace. */
const inTrace = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.map(Effect.option(Effect.currentParentSpan), (span) =>
    Option.match(Option.flatMap(span, traceStateOf), {
      onNone: () => request,
      onSome: (state) => HttpClientRequest.setHeader(request, "tracestate", state)
    }))

/**
 * The handbook's httpbin: GET of JSON from the one configured host, on reused connections, without redirects. If the
 * upstream closes a reused connection as a request arrives, the request is sent again on a new one. Policies set time
 * limits; an interruption aborts the request on its socket. `UpstreamLatencies`, where provided, measures each call.
 */
export class Upstream extends Context.Tag("barista/platform/upstream/Upstream")<Upstream, {
  /** Base of every path. */
  readonly url: URL
  /**
   * Gets the JSON at a path, which begins with a slash and may have a query. The upstream is told the time that a
   * policy leaves for it.
   */
  readonly get: (path: Path, time?: TimeLeft) => Effect.Effect<JsonText, UpstreamFailed>
}>() {
  /** Calls the upstream at a URL. */
  static readonly layerHttp = (base: URL): Layer.Layer<Upstream, never, AppConfig> =>
    Layer.scoped(
      Upstream,
      Effect.gen(function*() {
        const { upstreamConnections, upstreamMaxBytes } = yield* AppConfig
        const scope = yield* Effect.scope
        const latencies = yield* Effect.serviceOption(UpstreamLatencies)
        const measured = Option.match(latencies, {
          onNone: () => <A, E, R>(attempt: Effect.Effect<A, E, R>) => attempt,
          onSome: ({ measured }) => measured(base.host)
        })
        // Loaded at its first use: undici is a quarter of the product's code, and many servers never call their
        // upstream.
        const connect = yield* Effect.cached(
          Effect.all({
            reused: client({ connections: upstreamConnections }),
            // Without pipelining, undici closes a connection after its answer.
            fresh: client({ connections: upstreamConnections, pipelining: 0 })
          }, { concurrency: 1 }).pipe(Scope.extend(scope), Effect.uninterruptible)
        )

        const get = Effect.fnUntraced(function*(path: Path, time?: TimeLeft) {
          const url = urlOf(base, path)
          const { fresh, reused } = yield* connect
          const request = yield* inTrace(asked(url, time?.left))
          const response = yield* reused.execute(request).pipe(
            Effect.catchIf(wasClosed, () => fresh.execute(request)),
            Effect.mapError((error) => UpstreamFailed.connection(url, codeOf(error)))
          )
          const body = bodyOf(response, url, upstreamMaxBytes)
          // A failure's body is read as well, so that the connection can be reused.
          const text = yield* (isSuccess(response.status) ? body : Effect.orElseSucceed(body, () => Buffer.alloc(0)))
          if (!isSuccess(response.status)) {
            return yield* UpstreamFailed.status(url, response.status, yield* retryAfterOf(response))
          }
          return yield* jsonOf(url, response.status, text)
        }, (call, path) => inCallSpan(path)(waiting(calling(path))(measured(call))))
        return { url: base, get }
      })
    )

  /** Calls the configured upstream, or else an embedded one on loopback. */
  static readonly layer: Layer.Layer<Upstream, HttpServerError.ServeError, AppConfig> = Layer.unwrapScoped(
    Effect.gen(function*() {
      const { upstreamUrl } = yield* AppConfig
      return Upstream.layerHttp(Option.isSome(upstreamUrl) ? upstreamUrl.value : (yield* EmbeddedUpstream.start).url)
    })
  )
}
