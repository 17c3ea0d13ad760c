import { OpenApi } from "@effect/platform"

/** Documents that an operation answers 200 with an event stream too, for a request that prefers `text/event-stream`. */
export const eventStream = ({ description, example }: { readonly description: string; readonly example: string }) =>
  OpenApi.annotations({
    transform: (operation) => {
      const ok = operation["responses"]["200"]
      const events = { schema: { type: "string", description }, example }
      const seen = "The events ended with the one that Last-Event-ID names: there is no reason to connect again"
      const responses = {
        ...operation["responses"],
        200: { ...ok, content: { ...ok.content, "text/event-stream": events } },
        204: { description: seen }
      }
      return { ...operation, responses }
    }
  })
