import { OpenApi } from "@effect/platform"

/** Documents that an operation answers 200 with an event stream too, for a request that accepts `text/event-stream`. */
export const eventStream = ({ description, example }: { readonly description: string; readonly example: string }) =>
  OpenApi.annotations({
    transform: (operation) => {
      const ok = operation["responses"]["200"]
      const events = { schema: { type: "string", description }, example }
      const responses = {
        ...operation["responses"],
        200: { ...ok, content: { ...ok.content, "text/event-stream": events } }
      }
      return { ...operation, responses }
    }
  })
