import { HttpServerError } from "@effect/platform"
import {
  Context,
  Effect,
  Equal,
  type Exit,
  type Fiber,
  FiberRef,
  FiberRefs,
  FiberSet,
  Function,
  Runtime,
  RuntimeFlags,
  type Scope
} from "effect"
import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from "node:http"
import { InternalError, type Problem } from "../../../domain/Problem.ts"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import type { Recorded } from "../../recorder/Recorded.ts"
import { endOfTurn } from "../../scheduler/endOfTurn.ts"
import { TimeSlicedScheduler } from "../../scheduler/TimeSlicedScheduler.ts"
import { type Answer, isAnswer } from "../exchange/Answer.ts"
import type { App, Work } from "../exchange/App.ts"
import { Incoming } from "../exchange/Incoming.ts"
import { awaitedResponse } from "../node/awaitedResponse.ts"
import { NodeRequest } from "../node/NodeRequest.ts"
import { writeAnswer } from "../node/writeAnswer.ts"
import * as Conformance from "../rules/Conformance.ts"

/**
 * True if a fiber has changed a ref's default value. Every child fiber copies all refs of its parent, so unchanged ones
 * are left out.
 */
const isSet = (ref: FiberRef.FiberRef<unknown>, value: unknown) =>
  !Equal.equals(value, FiberRefs.getOrDefault(FiberRefs.empty(), ref))

/** Refs that every fiber sets for itself. */
const own: ReadonlySet<unknown> = new Set([FiberRef.currentContext, FiberRef.currentRuntimeFlags])

const changed = ({ locals }: FiberRefs.FiberRefs): FiberRefs.FiberRefs =>
  FiberRefs.unsafeMake(
    new Map([...locals].filter(([ref, [[, value]]]) => !own.has(ref) && isSet(ref, value)))
  )

/**
 * Runtime of the requests: changed settings of the serving fiber (loggers, log level, clock, tracer), without its
 * services. Fibers are not counted in metrics, because that costs as much again as a fiber.
 */
const requestRuntime = Effect.map(Effect.runtime<never>(), ({ fiberRefs, runtimeFlags }) =>
  Runtime.make({
    context: Context.empty(),
    fiberRefs: changed(fiberRefs),
    runtimeFlags: RuntimeFlags.disable(runtimeFlags, RuntimeFlags.RuntimeMetrics)
  }))

/**
 * True if a request's fiber may run as soon as it is made. Otherwise the fiber queues, so that a burst of requests
 * delays no answer for long.
 */
const hasTimeIn = ({ fiberRefs }: Runtime.Runtime<never>): () => boolean => {
  const scheduler = FiberRefs.getOrDefault(fiberRefs, FiberRef.currentScheduler)
  return scheduler instanceof TimeSlicedScheduler ? () => scheduler.hasTime() : Function.constTrue
}

const recordedOf = (source: IncomingMessage): Recorded | undefined =>
  source instanceof Incoming ? source.recorded : undefined

/** A request whose fiber has ended. */
interface Finished {
  readonly request: NodeRequest
  readonly reply: Work
  readonly exit: Exit.Exit<Answer, Problem>
  readonly ended: () => void
}

/**
 * Answers a request, and returns its fiber if one still runs. The caller interrupts the fiber when no client waits any
 * more.
 */
type Run = (request: NodeRequest, ended: () => void) => Fiber.RuntimeFiber<unknown, unknown> | undefined

/**
 * Runs an application's requests, each in one fiber or in none. Answers that fibers find during one turn of the event
 * loop are written together at its end. A waiting fiber holds nothing for its answer, and a fiber that has ended waits
 * for no client.
 */
const makeRunner = (app: App, runtime: Runtime.Runtime<never>): Run => {
  const hasTime = hasTimeIn(runtime)
  const log = (request: NodeRequest, message: string, cause: unknown) =>
    Runtime.runFork(
      runtime,
      Effect.logError(message, cause).pipe(
        Effect.annotateLogs({ path: request.url, trace_id: Conformance.traceOf(request.source) })
      )
    )

  /** Chooses the runtime of a request. Nothing of the recorder runs for a request that is not recorded. */
  const runtimeOf = ({ source }: NodeRequest): Runtime.Runtime<never> => recordedOf(source)?.runtime(runtime) ?? runtime

  /** Runs code outside of a fiber. A thrown defect is logged and answered as a 500, and does not end the process. */
  const guarded = <A>(request: NodeRequest, evaluate: () => A): A | Answer => {
    try {
      return evaluate()
    } catch (defect) {
      log(request, "unexpected failure", defect)
      return Conformance.render(new InternalError(), request.source)
    }
  }

  const write = (answer: Answer, request: NodeRequest, response: ServerResponse, ended: () => void): void => {
    try {
      writeAnswer(answer, response, () => runtimeOf(request), (failure) => {
        if (failure !== undefined) log(request, "an answer broke off", failure)
        ended()
      })
    } catch (defect) {
      log(request, "unexpected failure", defect)
      response.destroy()
      ended()
    }
  }

  const finish = endOfTurn<Finished>(({ ended, exit, reply, request }) => {
    const response = awaitedResponse(request)
    if (response !== undefined) return write(guarded(request, () => reply.answer(exit)), request, response, ended)
    guarded(request, () => reply.abandoned(exit))
    ended()
  })

  return (request, whenEnded) => {
    const reply = guarded(request, () => app(request))
    const recorded = recordedOf(request.source)
    const ended = recorded === undefined ? whenEnded : () => {
      recorded.end()
      whenEnded()
    }
    if (isAnswer(reply)) {
      const response = awaitedResponse(request)
      if (response === undefined) ended()
      else write(reply, request, response, ended)
      return undefined
    }
    const fiber = Runtime.runFork(
      Runtime.make({ ...runtimeOf(request), context: reply.context }),
      Effect.suspend(() => reply.effect()),
      { immediate: hasTime() }
    )
    fiber.addObserver((exit) => finish({ request, reply, exit, ended }))
    return fiber.unsafePoll() === null ? fiber : undefined
  }
}

const interrupt = (fiber: Fiber.RuntimeFiber<unknown, unknown>) =>
  fiber.unsafeInterruptAsFork(HttpServerError.clientAbortFiberId)

const onRequest = (run: Run, lifecycle: Context.Tag.Service<Lifecycle>): RequestListener => (incoming, response) => {
  const fiber = run(new NodeRequest(incoming, response), lifecycle.begin(response))
  if (fiber === undefined) return
  // named first, since V8 keeps a closure that is assigned to a property at once, and its request, in the old space
  const leave = () => interrupt(fiber)
  if (incoming instanceof Incoming) incoming.whenBroken = leave
  response.on("close", () => {
    if (!response.writableEnded) leave()
  })
}

/**
 * Makes the response to a failed upgrade when it is needed. The connection closes afterwards, as node has handed the
 * connection over.
 */
const handshakeResponse = (incoming: IncomingMessage) => {
  let response: ServerResponse | undefined
  return () => {
    if (response !== undefined) return response
    response = new ServerResponse(incoming)
    response.shouldKeepAlive = false
    response.on("finish", () => {
      if (incoming instanceof Incoming) incoming.upgraded ??= response?.statusCode
      incoming.socket.end()
    })
    response.assignSocket(incoming.socket)
    return response
  }
}

const onUpgrade = (run: Run, fibers: FiberSet.FiberSet<unknown, unknown>) => (incoming: IncomingMessage) => {
  const fiber = run(new NodeRequest(incoming, handshakeResponse(incoming)), () => undefined)
  if (fiber === undefined) return
  FiberSet.unsafeAdd(fibers, fiber)
  incoming.socket.on("close", () => {
    if (!incoming.socket.writableEnded) interrupt(fiber)
  })
}

/**
 * Serves a server's requests and upgrades by an application until the scope closes. The end of the scope interrupts
 * upgraded requests and waits for them; `Lifecycle` waits for the others. A client that leaves interrupts its request's
 * fiber.
 */
export const serve = (server: Server, app: App): Effect.Effect<void, never, Lifecycle | Scope.Scope> =>
  Effect.gen(function*() {
    const lifecycle = yield* Lifecycle
    const run = makeRunner(app, yield* requestRuntime)
    const request = onRequest(run, lifecycle)
    const upgrade = onUpgrade(run, yield* FiberSet.make())
    yield* Effect.acquireRelease(
      Effect.sync(() => server.on("request", request).on("upgrade", upgrade)),
      () => Effect.sync(() => server.off("request", request).off("upgrade", upgrade))
    )
  })
