import { Context, Effect } from "effect"

/**
 * Where a handler puts headers of the answer that go beyond its declared body (`Location`, `Link`). The server gives every request its
 * own; outside of a request nothing is kept.
 */
export class ResponseHeaders extends Context.Reference<ResponseHeaders>()("barista/platform/http/ResponseHeaders", {
  defaultValue: (): { readonly set: (name: string, value: string) => void } => ({ set: () => undefined })
}) {}

/** Sets a header of the running request's answer, in place of one that it would have had. */
export const setHeader = (name: string, value: string): Effect.Effect<void> =>
  Effect.map(ResponseHeaders, (headers) => headers.set(name, value))

/** Says that the running request's answer depends on a header of the request, besides its language (RFC 9110, 12.5.5). */
export const varyOn = (header: string): Effect.Effect<void> => setHeader("vary", `${header}, accept-language`)
