import { type HttpApi, type HttpApiGroup, HttpServerResponse } from "@effect/platform"
import { Context, Effect, Exit, Tracer } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type { Problem } from "../../domain/Problem.ts"
import { Locale } from "../../domain/Text.ts"
import { InputMemory } from "../lifecycle/InputMemory.ts"
import { Lifecycle } from "../lifecycle/Lifecycle.ts"
import type { Decoded } from "./DecodeRequest.ts"
import { Exchange, renderProblem } from "./Exchange.ts"
import { failuresOf } from "./Failures.ts"
import { type Pages, refusalOf } from "./Refusal.ts"
import type { App, Work } from "./RequestRunner.ts"
import { ResponseHeaders } from "./ResponseHeaders.ts"
import * as Router from "./Router.ts"
import { atMostOnce, endSpan, startSpan, type Surroundings, surroundings } from "./Surroundings.ts"
import { toResponse } from "./TextAnswer.ts"
import { unmatchedAnswerer } from "./Unmatched.ts"
import type { Answer } from "./writeAnswer.ts"

/** What has ended already, or takes no time: it has no use for a fiber. */
const isEnded = <A, E>(effect: Effect.Effect<A, E>): effect is Exit.Exit<A, E> => Exit.isExit(effect)

/**
 * A run of an operation, in one span, made here, where its name is known. One object, as there are as many as requests under way; what a
 * fiber is given is made only with the fiber.
 */
class OperationRun implements Work {
  private readonly shared: Surroundings
  private readonly exchange: Exchange
  private readonly operation: Router.Operation
  private readonly span: Tracer.Span
  private readonly begun: Effect.Effect<Answer, Problem>

  constructor(shared: Surroundings, exchange: Exchange, found: Router.Found) {
    this.shared = shared
    this.exchange = exchange
    this.operation = found.operation
    this.span = startSpan(shared, exchange, found.operation)
    this.begun = this.begin(found)
  }

  /** The answer where it is known by now, and else what finds it. */
  get reply(): Answer | Work {
    return isEnded(this.begun) ? this.answer(this.begun) : this
  }

  effect(): Effect.Effect<Answer, Problem> {
    return this.begun
  }

  get context(): Context.Context<never> {
    // made in one step: each change of a context copies it
    return Context.unsafeMake(
      new Map<string, unknown>()
        .set(Tracer.ParentSpan.key, this.span)
        .set(Locale.key, this.exchange.language)
        .set(ResponseHeaders.key, this.exchange)
    )
  }

  answer(exit: Exit.Exit<Answer, Problem>): Answer {
    endSpan(this.shared, this.span, exit)
    return Exit.isSuccess(exit) ? exit.value : this.shared.failures.answer(this.exchange, exit.cause)
  }

  abandoned(exit: Exit.Exit<Answer, Problem>): void {
    endSpan(this.shared, this.span, exit)
    if (Exit.isFailure(exit)) this.shared.failures.abandoned(this.exchange, exit.cause)
  }

  /** Decodes and handles, as far as neither takes time. */
  private begin({ path, query }: Router.Found): Effect.Effect<Answer, Problem> {
    try {
      const decoded = this.operation.decode({ request: this.exchange.request, path, query })
      if (!isEnded(decoded)) return Effect.flatMap(decoded, (read) => this.respond(read))
      return Exit.isSuccess(decoded) ? this.respond(decoded.value) : Exit.failCause(decoded.cause)
    } catch (defect) {
      return Exit.die(defect)
    }
  }

  /** Handles a decoded request and encodes the answer; at most once, where the request carries an idempotency key. */
  private respond(decoded: Decoded): Effect.Effect<Answer, Problem> {
    const { idempotencyKey } = decoded
    if (idempotencyKey === undefined) return this.handle(decoded)
    const handled = Effect.map(Effect.suspend(() => this.handle(decoded)), toResponse)
    return atMostOnce(this.shared, this.exchange, this.operation, { ...decoded, idempotencyKey }, handled)
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
 * Makes a contract and its handlers an application for `RequestRunner`: routing, decoding, language, tokens, bounds, traces and problem
 * documents for every failure, from every layer.
 */
export const make = Effect.fnUntraced(
  function*<Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
    api: HttpApi.HttpApi<Id, Groups, E, never>,
    handlers: Parameters<typeof Router.make>[1],
    pages: Pages
  ) {
    const config = yield* AppConfig
    const router = Router.make(api, handlers, { ...config, memory: yield* InputMemory })
    const refusal = refusalOf(config, yield* Lifecycle, pages)
    const failures = failuresOf(yield* Effect.runtime<never>())
    const shared = yield* surroundings(failures)
    const answerUnmatched = unmatchedAnswerer(router, pages, failures)
    const app: App = (received) => {
      const exchange = new Exchange(received)
      const refused = refusal(exchange)
      if (refused !== undefined) return renderProblem(exchange, refused)
      const found = router.find(exchange.request)
      return found === undefined ? answerUnmatched(exchange) : new OperationRun(shared, exchange, found).reply
    }
    return app
  }
)
