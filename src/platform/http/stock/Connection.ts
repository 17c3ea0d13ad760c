import { type HttpApp, HttpBody, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Cause, type Context, Effect, Predicate, Runtime, type Scope, Stream } from "effect"
import type { ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { InternalError } from "../../../domain/Problem.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { awaitedResponse } from "../awaitedResponse.ts"
import * as Conformance from "../Conformance.ts"

type Request = HttpServerRequest.HttpServerRequest
type Answer = HttpServerResponse.HttpServerResponse

/** Whether node has given the connection away, for a websocket. */
const isUpgrade = (request: Request): boolean => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return Predicate.hasProperty(source, "upgrade") && source.upgrade === true
}

const brokeOff = (request: Request, failure: unknown) =>
  Effect.annotateLogs(Effect.logError("an answer broke off", failure), { path: request.url })

/** Ends when all that was written is on its way, or the connection has closed. */
const flushed = ({ socket }: ServerResponse) =>
  Effect.async<void>((resume) => {
    if (socket === null) resume(Effect.void)
    else socket.write("", () => resume(Effect.void))
  })

/** The library ends the answer in good order where its stream fails: cut off, no client takes a part for the whole. */
const cutting = (body: HttpBody.Stream, request: Request, response: ServerResponse): HttpBody.Stream =>
  HttpBody.stream(
    Stream.tapErrorCause(body.stream, (cause) =>
      Cause.isInterruptedOnly(cause)
        ? Effect.void
        : Effect.zipRight(
          flushed(response),
          Effect.suspend(() => {
            response.destroy()
            return brokeOff(request, cause)
          })
        )),
    body.contentType,
    body.contentLength
  )

/** The library leaves a file open that it does not read (HEAD), and does not wait until one that it reads is closed. */
const closing = (
  content: Readable,
  request: Request,
  response: ServerResponse
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.flatMap(Effect.runtime<never>(), (runtime) => {
    content.on("error", (failure) => {
      if (!response.destroyed) Runtime.runFork(runtime, brokeOff(request, failure))
    })
    return Effect.addFinalizer(() =>
      Effect.async<void>((resume) => {
        content.destroy()
        if (content.closed) resume(Effect.void)
        else content.once("close", () => resume(Effect.void))
      })
    )
  })

/** The library waits for ever for the end of what it writes after the connection has closed; it writes nothing where the response has ended. */
const ending = (response: ServerResponse) => Effect.sync(() => response.once("close", () => response.end()))

/**
 * Waits until a response that is queued behind another one on its connection has its turn, or its client has left. The library would write at
 * once, and wait for ever for the end of that where there never is a turn.
 */
const turnOf = (request: Request): Effect.Effect<void> =>
  Effect.suspend(() => {
    const response = isUpgrade(request) ? undefined : awaitedResponse(request)
    if (response === undefined || response.socket !== null) return Effect.void
    return Effect.async<void>((resume) => {
      const go = () => resume(Effect.void)
      response.once("socket", go).once("close", go)
    })
  })

/** Makes an answer one that the library's server writes as it should. */
const prepare = (
  request: Request,
  response: ServerResponse,
  answer: Answer
): Effect.Effect<Answer, never, Scope.Scope> => {
  const { body } = answer
  // after the refusal of an upgrade the connection closes
  if (isUpgrade(request)) response.shouldKeepAlive = false
  if (body._tag === "Stream" && request.method !== "HEAD") {
    return Effect.succeed(HttpServerResponse.setBody(answer, cutting(body, request, response)))
  }
  return body._tag === "Raw" && body.body instanceof Readable
    ? Effect.as(closing(body.body, request, response), answer)
    : Effect.as(ending(response), answer)
}

/** Nothing is to be written any more, which the library sees by the response's end. */
const abandon = (request: Request) =>
  Effect.sync(() => {
    NodeHttpServerRequest.toServerResponse(request).end()
    return HttpServerResponse.empty()
  })

/** What the library is to write, if anybody still waits for it. */
const written = (request: Request, answer: Answer): Effect.Effect<Answer, never, Scope.Scope> => {
  const response = awaitedResponse(request)
  return response === undefined ? abandon(request) : prepare(request, response, answer)
}

/** Counts a request until all that its scope holds is released. */
const counted = (lifecycle: Context.Tag.Service<Lifecycle>, request: Request) =>
  Effect.suspend(() => {
    if (isUpgrade(request)) return Effect.void
    const ended = lifecycle.begin(NodeHttpServerRequest.toServerResponse(request))
    return Effect.addFinalizer(() => Effect.sync(ended))
  })

/** What an app throws or fails with that is none of its answers: logged, and a 500. */
const guarded = <R>(app: HttpApp.Default<never, R>, request: Request): HttpApp.Default<never, R> =>
  Effect.catchAllCause(app, (cause) =>
    Effect.as(
      Effect.annotateLogs(Effect.logError("unexpected failure", cause), { path: request.url }),
      Conformance.render(new InternalError(), NodeHttpServerRequest.toIncomingMessage(request))
    ))

/** What the library's server lacks around an app: the counting of requests, and answers that leave nothing behind, however they end. */
export const around =
  (lifecycle: Context.Tag.Service<Lifecycle>) =>
  <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R | Scope.Scope> =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      // NodeServer has answered it
      if (!lifecycle.hasStarted()) return Effect.succeed(HttpServerResponse.empty())
      const refused = Conformance.refusal(NodeHttpServerRequest.toIncomingMessage(request))
      return counted(lifecycle, request).pipe(
        Effect.zipRight(refused === undefined ? guarded(app, request) : Effect.succeed(refused)),
        Effect.tap(() => turnOf(request)),
        Effect.flatMap((answer) => written(request, answer))
      )
    })
