import { type HttpApp, HttpServerError, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { type Context, Effect, Predicate, Runtime, RuntimeFlags, type Scope } from "effect"
import { InternalError } from "../../../domain/Problem.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import { Incoming } from "../exchange/Incoming.ts"
import { awaitedResponse } from "../node/awaitedResponse.ts"
import { writeAnswer } from "../node/writeAnswer.ts"
import * as Conformance from "../rules/Conformance.ts"

type Request = HttpServerRequest.HttpServerRequest
type Answer = HttpServerResponse.HttpServerResponse

/** Whether node has given the connection away, for a websocket. */
const isUpgrade = (request: Request): boolean => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return Predicate.hasProperty(source, "upgrade") && source.upgrade === true
}

const logFailure = (request: Request, message: string, failure: unknown) =>
  Effect.annotateLogs(Effect.logError(message, failure), {
    path: request.url,
    trace_id: Conformance.traceOf(NodeHttpServerRequest.toIncomingMessage(request))
  })

/** Counts a request until all that its scope holds is released. */
const counted = (lifecycle: Context.Tag.Service<Lifecycle>, request: Request) =>
  Effect.suspend(() => {
    if (isUpgrade(request)) return Effect.void
    const ended = lifecycle.begin(NodeHttpServerRequest.toServerResponse(request))
    return Effect.addFinalizer(() => Effect.sync(ended))
  })

/** Has a body that breaks off interrupt the request's fiber, as a client that leaves does. */
const interruptible = (request: Request) =>
  Effect.withFiberRuntime<void>((fiber) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    if (source instanceof Incoming) {
      source.whenBroken = () => fiber.unsafeInterruptAsFork(HttpServerError.clientAbortFiberId)
    }
    return Effect.void
  })

/** What an app throws or fails with that is none of its answers: logged, and a 500. */
const guarded = <R>(app: HttpApp.Default<never, R>, request: Request): HttpApp.Default<never, R> =>
  Effect.catchAllCause(app, (cause) =>
    Effect.as(
      logFailure(request, "unexpected failure", cause),
      Conformance.render(new InternalError(), NodeHttpServerRequest.toIncomingMessage(request))
    ))

/** Runs a body that is a stream, which is interrupted when its client leaves: the library's own fiber cannot be. */
const bodyRuntime = Effect.map(
  Effect.runtime<never>(),
  (runtime) =>
    Runtime.make({ ...runtime, runtimeFlags: RuntimeFlags.enable(runtime.runtimeFlags, RuntimeFlags.Interruption) })
)

/** Writes an answer, if anybody still waits for it, and waits until nothing is left to do for it on our side. */
const write = (request: Request, answer: Answer): Effect.Effect<void> =>
  Effect.flatMap(bodyRuntime, (runtime) =>
    Effect.async<void>((resume) => {
      const response = awaitedResponse(request)
      if (response === undefined) return resume(Effect.void)
      if (isUpgrade(request)) {
        // after the refusal of an upgrade the connection closes
        response.shouldKeepAlive = false
        const source = NodeHttpServerRequest.toIncomingMessage(request)
        if (source instanceof Incoming) source.upgraded ??= answer.status
      }
      try {
        writeAnswer(answer, response, runtime, (failure) => {
          if (failure !== undefined) Runtime.runFork(runtime, logFailure(request, "an answer broke off", failure))
          resume(Effect.void)
        })
      } catch (defect) {
        Runtime.runFork(runtime, logFailure(request, "unexpected failure", defect))
        response.destroy()
        resume(Effect.void)
      }
    }))

/** The library writes nothing where the response has ended. */
const silence = (request: Request) =>
  Effect.sync(() => {
    const response = NodeHttpServerRequest.toServerResponse(request)
    if (!response.writableEnded) response.end()
    return HttpServerResponse.empty()
  })

/**
 * Adds to the library's server the counting of requests, and answers that are written to their end or given up. The library's
 * own writer waits for ever where the connection closes before that.
 */
export const around =
  (lifecycle: Context.Tag.Service<Lifecycle>) =>
  <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R | Scope.Scope> =>
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      (request) =>
        Effect.zipRight(counted(lifecycle, request), interruptible(request)).pipe(
          Effect.zipRight(guarded(app, request)),
          Effect.flatMap((answer) => write(request, answer)),
          Effect.zipRight(silence(request))
        )
    )
