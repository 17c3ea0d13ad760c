import type { HttpServerResponse } from "@effect/platform"
import { type Context, Effect, Option } from "effect"
import type { Problem } from "../../../domain/Problem.ts"
import { type Exchange, renderProblem } from "../exchange/Exchange.ts"
import type { Decoded } from "../operation/DecodeRequest.ts"
import type { Operation } from "../operation/Operations.ts"
import { IdempotencyKeys } from "./IdempotencyKeys.ts"

/** Runs a decoded request with an idempotency key. `respond` does not run if the answer is known already. */
export type AtMostOnce = (
  exchange: Exchange,
  operation: Operation,
  decoded: Decoded & { readonly idempotencyKey: string },
  respond: Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>
) => Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>

const by = ({ once }: Context.Tag.Service<IdempotencyKeys>): AtMostOnce => (exchange, operation, decoded, respond) => {
  const { idempotencyKey: key, request, ...input } = decoded
  return once({
    key,
    authorization: request.headers["authorization"],
    operation: operation.name,
    input,
    respond,
    render: (problem) => renderProblem(exchange, problem)
  })
}

/**
 * Makes the function from `IdempotencyKeys`. The layer is optional, because a contract may have no idempotent endpoint.
 */
export const atMostOnce: Effect.Effect<AtMostOnce> = Effect.map(
  Effect.serviceOption(IdempotencyKeys),
  Option.match({ onNone: () => () => Effect.dieMessage("no layer of IdempotencyKeys"), onSome: by })
)
