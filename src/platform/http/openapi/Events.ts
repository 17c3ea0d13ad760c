import { OpenApi } from "@effect/platform"

/**
 * Documents an event stream as a second form of the 200 answer, for requests that prefer `text/event-stream`, and other
 * forms by their media type.
 */
export const eventStream = ({ description, example, isEndless = false, others = {} }: {
  readonly description: string
  readonly example: string
  readonly isEndless?: boolean
  readonly others?: Readonly<Record<string, { readonly schema: object }>>
}) =>
  OpenApi.annotations({
    transform: (operation) => {
      const ok = operation["responses"]["200"]
      const events = { schema: { type: "string", description }, example }
      const seen = "The event that Last-Event-ID names was the last, so there is no reason to reconnect"
      const responses = {
        ...operation["responses"],
        200: { ...ok, content: { ...ok.content, "text/event-stream": events, ...others } },
        ...(isEndless ? {} : { 204: { description: seen } })
      }
      return { ...operation, responses }
    }
  })
