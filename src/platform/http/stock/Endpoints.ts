import {
  HttpApi,
  HttpApiBuilder,
  HttpApiEndpoint,
  type HttpApiError,
  HttpApiGroup,
  HttpRouter,
  HttpServerRequest,
  HttpServerResponse
} from "@effect/platform"
import { Context, Effect, Layer, Predicate, Schema } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { isExact } from "../../codec/JsonText.ts"
import { toResponse } from "../exchange/Answer.ts"
import type { Exchange } from "../exchange/Exchange.ts"
import type { Decoded } from "../operation/DecodeRequest.ts"
import type { Operation } from "../operation/Operations.ts"
import { operationContext } from "../rules/operationContext.ts"
import type { Rules } from "../rules/Rules.ts"

/** The exchange of the running request. `Middleware` gives every request its own. */
export class CurrentExchange
  extends Context.Reference<CurrentExchange>()("barista/platform/http/stock/CurrentExchange", {
    defaultValue: (): Exchange | undefined => undefined
  })
{}

export const isProblem = (failure: unknown): failure is Problem =>
  Predicate.hasProperty(failure, "_tag") && Predicate.hasProperty(failure, "problem")

/**
 * Declares an operation as a group of HttpApiBuilder. The library encodes the success. The input is not declared, as
 * the library's decoders stop at the first issue and do not bound a body. Nor can they take parameters from query or
 * body.
 */
const groupOf = ({ endpoint: { method, name, path, successSchema }, name: group }: Operation) =>
  HttpApiGroup.make(group).add(
    HttpApiEndpoint.make(method)(name, path)
      .addSuccess(Schema.make<unknown, unknown, never>(successSchema.ast))
      .addError(Schema.declare(isProblem))
  )

type Contract = HttpApi.HttpApi<"stock", ReturnType<typeof groupOf>, HttpApiError.HttpApiDecodeError>

/**
 * Calls the handler. The library encodes the answer, unless an idempotency key keeps the encoded answer, or the library
 * would rewrite its numbers.
 */
const respond = (rules: Rules, exchange: Exchange, operation: Operation) => (decoded: Decoded) => {
  const { idempotencyKey } = decoded
  const handled = Effect.suspend(() => operation.handle(decoded))
  if (idempotencyKey === undefined && !isExact(operation.endpoint.successSchema.ast)) {
    return Effect.tap(handled, (answer) =>
      Effect.sync(() => {
        if (HttpServerResponse.isServerResponse(answer)) return
        for (const [name, value] of Object.entries(exchange.localizedHeaders)) exchange.set(name, value)
      }))
  }
  const encoded = Effect.map(handled, (answer) =>
    HttpServerResponse.isServerResponse(answer)
      ? answer
      : toResponse(operation.encode(answer, exchange)))
  return idempotencyKey === undefined
    ? encoded
    : rules.atMostOnce(exchange, operation, { ...decoded, idempotencyKey }, encoded)
}

/**
 * Decodes and handles a request that the library's router has matched, in one span. `Middleware` ends the span, after
 * the encoding.
 */
const run = (rules: Rules, operation: Operation) =>
  Effect.contextWithEffect(
    (context: Context.Context<HttpRouter.RouteContext | HttpServerRequest.ParsedSearchParams>) => {
      const exchange = Context.get(context, CurrentExchange)
      if (exchange === undefined) return Effect.dieMessage("an operation runs within Middleware")
      const path = Context.get(context, HttpRouter.RouteContext).params
      const query = Context.get(context, HttpServerRequest.ParsedSearchParams)
      const span = rules.spans.start(exchange, operation)
      const run = operation.decode({ request: exchange.request, path, query }).pipe(
        Effect.flatMap(respond(rules, exchange, operation)),
        Effect.provide(operationContext(exchange, span))
      )
      return exchange.recorded === undefined ? run : exchange.recorded.within(run)
    }
  )

/** Adds the operations to HttpApiBuilder's router, each as a group. */
export const layer = (rules: Rules) => {
  const { operations } = rules.operations
  const api = operations.reduce<Contract>((api, operation) => api.add(groupOf(operation)), HttpApi.make("stock"))
  const groups = operations.map((operation) =>
    HttpApiBuilder.group(
      api,
      operation.name,
      (handlers) => handlers.handle(operation.endpoint.name, () => run(rules, operation))
    )
  )
  return Layer.provide(HttpApiBuilder.api(api), Layer.mergeAll(Layer.empty, ...groups))
}
