import { Context, Tracer } from "effect"
import { Locale } from "../../../domain/Text.ts"
import { ResponseHeaders } from "../contract/ResponseHeaders.ts"
import type { Exchange } from "../exchange/Exchange.ts"

/** Makes the services that a handler's fiber gets from its request: span, language and the headers of its answer. */
export const operationContext = (
  exchange: Exchange,
  span: Tracer.Span
): Context.Context<Tracer.ParentSpan | ResponseHeaders> =>
  // Made in one step, because each change of a context copies the context.
  Context.unsafeMake(
    new Map<string, unknown>()
      .set(Tracer.ParentSpan.key, span)
      .set(Locale.key, exchange.language)
      .set(ResponseHeaders.key, exchange)
  )
