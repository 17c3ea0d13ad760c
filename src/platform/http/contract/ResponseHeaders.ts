import { Context, Effect } from "effect"

/**
 * Receives the answer's headers that go beyond the declared body (`Location`, `Link`). Every request has its own
 * instance; outside of a request the headers are dropped.
 */
export class ResponseHeaders extends Context.Reference<ResponseHeaders>()("barista/platform/http/ResponseHeaders", {
  defaultValue: (): { readonly set: (name: string, value: string) => void } => ({ set: () => undefined })
}) {}

/** Sets a header of the running request's answer, and replaces the server's own value. */
export const setHeader = (name: string, value: string): Effect.Effect<void> =>
  Effect.map(ResponseHeaders, (headers) => headers.set(name, value))

/** Declares that the running request's answer depends on a request header, besides the language (RFC 9110, 12.5.5). */
export const varyOn = (header: string): Effect.Effect<void> => setHeader("vary", `${header}, accept-language`)
