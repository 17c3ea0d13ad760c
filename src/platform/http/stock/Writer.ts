import { type HttpApp, HttpServerError, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { type Context, Effect, Predicate, Runtime, RuntimeFlags, type Scope } from "effect"
import { InternalError } from "../../../domain/Problem.ts"
import { waitFor } from "../../../domain/Wait.ts"
import type { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import type { Recorded } from "../../recorder/Recorded.ts"
import { Incoming } from "../exchange/Incoming.ts"
import { awaitedResponse } from "../node/awaitedResponse.ts"
import { writeAnswer } from "../node/writeAnswer.ts"
import * as Conformance from "../rules/Conformance.ts"

type Request = HttpServerRequest.HttpServerRequest
type Response = HttpServerResponse.HttpServerResponse

/** True if node has handed the connection over, for a websocket. */
const isUpgrade = (request: Request): boolean => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return Predicate.hasProperty(source, "upgrade") && source.upgrade === true
}

const logFailure = (request: Request, message: string, failure: unknown) =>
  Effect.annotateLogs(Effect.logError(message, failure), {
    path: request.url,
    trace_id: Conformance.traceOf(NodeHttpServerRequest.toIncomingMessage(request))
  })

/** Counts a request until all resources of its scope are released. */
const counted = (lifecycle: Context.Tag.Service<Lifecycle>, request: Request) =>
  Effect.suspend(() => {
    if (isUpgrade(request)) return Effect.void
    const ended = lifecycle.begin(NodeHttpServerRequest.toServerResponse(request))
    return Effect.addFinalizer(() => Effect.sync(ended))
  })

const recordedOf = (request: Request): Recorded | undefined => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return source instanceof Incoming ? source.recorded : undefined
}

/** Ends the recording of a request once all resources of its scope are released. */
const endsRecording = (request: Request) => Effect.addFinalizer(() => Effect.sync(() => recordedOf(request)?.end()))

/** Lets a body that breaks off interrupt the request's fiber, as a leaving client does. */
const interruptible = (request: Request) =>
  Effect.withFiberRuntime<void>((fiber) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    // named first, as in compiled/RequestRunner.ts
    const leave = () => fiber.unsafeInterruptAsFork(HttpServerError.clientAbortFiberId)
    if (source instanceof Incoming) source.whenBroken = leave
    return Effect.void
  })

/** Turns any failure or defect of the app into a logged 500. */
const guarded = <R>(app: HttpApp.Default<never, R>, request: Request): HttpApp.Default<never, R> =>
  Effect.catchAllCause(app, (cause) =>
    Effect.as(
      logFailure(request, "unexpected failure", cause),
      Conformance.render(new InternalError(), NodeHttpServerRequest.toIncomingMessage(request))
    ))

/**
 * Runtime for streamed bodies, with interruption enabled for clients that leave. The library's own fiber cannot be
 * interrupted.
 */
const bodyRuntime = Effect.map(
  Effect.runtime<never>(),
  (runtime) =>
    Runtime.make({ ...runtime, runtimeFlags: RuntimeFlags.enable(runtime.runtimeFlags, RuntimeFlags.Interruption) })
)

const writing = waitFor("socket", () => ({ name: "answer" }))

/** Writes an answer if a client still waits for it. Completes once all resources of the answer are released. */
const write = (request: Request, answer: Response): Effect.Effect<void> =>
  Effect.flatMap(bodyRuntime, (plain) =>
    Effect.async<void>((resume) => {
      const response = awaitedResponse(request)
      if (response === undefined) return resume(Effect.void)
      if (isUpgrade(request)) {
        // The connection closes after a failed upgrade.
        response.shouldKeepAlive = false
        const source = NodeHttpServerRequest.toIncomingMessage(request)
        if (source instanceof Incoming) source.upgraded ??= answer.status
      }
      try {
        writeAnswer(answer, response, () => recordedOf(request)?.runtime(plain) ?? plain, (failure) => {
          if (failure !== undefined) Runtime.runFork(plain, logFailure(request, "an answer broke off", failure))
          resume(Effect.void)
        })
      } catch (defect) {
        Runtime.runFork(plain, logFailure(request, "unexpected failure", defect))
        response.destroy()
        resume(Effect.void)
      }
    }, writing))

/** Ends the response, since the library writes nothing after that. */
const silence = (request: Request) =>
  Effect.sync(() => {
    const response = NodeHttpServerRequest.toServerResponse(request)
    if (!response.writableEnded) response.end()
    return HttpServerResponse.empty()
  })

/**
 * Adds to the library's server a count of requests and a writer that always completes. The library's own writer waits
 * for ever if the connection closes first.
 */
export const around =
  (lifecycle: Context.Tag.Service<Lifecycle>) =>
  <R>(app: HttpApp.Default<never, R>): HttpApp.Default<never, R | Scope.Scope> =>
    Effect.flatMap(
      HttpServerRequest.HttpServerRequest,
      (request) =>
        endsRecording(request).pipe(
          Effect.zipRight(counted(lifecycle, request)),
          Effect.zipRight(interruptible(request)),
          Effect.zipRight(guarded(app, request)),
          Effect.flatMap((answer) => write(request, answer)),
          Effect.zipRight(silence(request))
        )
    )
