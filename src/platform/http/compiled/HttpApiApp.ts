import { type HttpApi, type HttpApiGroup, HttpServerResponse } from "@effect/platform"
import { type Context, Effect, Exit, type Tracer } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { toResponse } from "../exchange/Answer.ts"
import type { Answer } from "../exchange/Answer.ts"
import type { App, Work } from "../exchange/App.ts"
import { Exchange, renderProblem } from "../exchange/Exchange.ts"
import type { Decoded } from "../operation/DecodeRequest.ts"
import type * as Operations from "../operation/Operations.ts"
import type { Pages } from "../rules/Admission.ts"
import { operationContext } from "../rules/operationContext.ts"
import * as Rules from "../rules/Rules.ts"

/** True for an effect that has ended already, which needs no fiber. */
const isEnded = <A, E>(effect: Effect.Effect<A, E>): effect is Exit.Exit<A, E> => Exit.isExit(effect)

/**
 * A run of an operation in one span. One object, since there are as many as requests in flight; the context of a fiber
 * is made only with the fiber.
 */
class OperationRun implements Work {
  private readonly rules: Rules.Rules
  private readonly exchange: Exchange
  private readonly operation: Operations.Operation
  private readonly span: Tracer.Span
  private readonly begun: Effect.Effect<Answer, Problem>

  constructor(rules: Rules.Rules, exchange: Exchange, found: Operations.Found) {
    this.rules = rules
    this.exchange = exchange
    this.operation = found.operation
    this.span = rules.spans.start(exchange, found.operation)
    this.begun = this.begin(found)
  }

  /** The answer if it is known by now, otherwise the work that finds the answer. */
  get reply(): Answer | Work {
    return isEnded(this.begun) ? this.answer(this.begun) : this
  }

  effect(): Effect.Effect<Answer, Problem> {
    return this.begun
  }

  get context(): Context.Context<never> {
    return operationContext(this.exchange, this.span)
  }

  answer(exit: Exit.Exit<Answer, Problem>): Answer {
    this.rules.spans.end(this.exchange, exit)
    return Exit.isSuccess(exit) ? exit.value : this.rules.failures.answer(this.exchange, exit.cause)
  }

  abandoned(exit: Exit.Exit<Answer, Problem>): void {
    this.rules.spans.end(this.exchange, exit)
    if (Exit.isFailure(exit)) this.rules.failures.abandoned(this.exchange, exit.cause)
  }

  /** Decodes and handles, as far as both complete at once. */
  private begin({ path, query }: Operations.Found): Effect.Effect<Answer, Problem> {
    try {
      const decoded = this.operation.decode({ request: this.exchange.request, path, query })
      if (!isEnded(decoded)) return Effect.flatMap(decoded, (read) => this.respond(read))
      return Exit.isSuccess(decoded) ? this.respond(decoded.value) : Exit.failCause(decoded.cause)
    } catch (defect) {
      return Exit.die(defect)
    }
  }

  /** Handles a decoded request and encodes the answer; at most once if the request carries an idempotency key. */
  private respond(decoded: Decoded): Effect.Effect<Answer, Problem> {
    const { idempotencyKey } = decoded
    if (idempotencyKey === undefined) return this.handle(decoded)
    const handled = Effect.map(Effect.suspend(() => this.handle(decoded)), toResponse)
    return this.rules.atMostOnce(this.exchange, this.operation, { ...decoded, idempotencyKey }, handled)
  }

  private handle(decoded: Decoded): Effect.Effect<Answer, Problem> {
    const handled = this.operation.handle(decoded)
    if (!isEnded(handled)) return Effect.map(handled, (value) => this.encode(value))
    return Exit.isSuccess(handled) ? Exit.succeed(this.encode(handled.value)) : Exit.failCause(handled.cause)
  }

  private encode(value: unknown): Answer {
    return HttpServerResponse.isServerResponse(value)
      ? HttpServerResponse.setHeaders(value, this.exchange.headers)
      : this.operation.encode(value, this.exchange)
  }
}

/**
 * Makes an application for `RequestRunner` of a contract and its handlers. The application routes, decodes, checks
 * tokens and bounds, and keeps language and traces. Every failure of every layer is answered with a problem document.
 */
export const make = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Operations.AnyHandlers,
    pages: Pages
  ) {
    const rules = yield* Rules.make(api, handlers, pages)
    const app: App = (received) => {
      const exchange = new Exchange(received)
      const refused = rules.refused(exchange)
      if (refused !== undefined) return renderProblem(exchange, refused)
      const found = rules.operations.find(exchange.request)
      return found === undefined ? rules.unmatched(exchange) : new OperationRun(rules, exchange, found).reply
    }
    return app
  }
)
