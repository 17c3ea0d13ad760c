import { HttpServerResponse } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as EventStream from "../../../../src/platform/http/contract/EventStream.ts"

const options: EventStream.Options = {
  eventsKeepAlive: Duration.seconds(15),
  eventsQueue: 16,
  eventsReadTimeout: Duration.seconds(30),
  eventsRetry: Duration.seconds(2)
}

describe("an event stream", () => {
  it.effect("keeps the lines of an event's data in one event", () =>
    Effect.gen(function*() {
      const answer = yield* EventStream.response(
        options,
        (send) => send({ id: "1", event: "note", data: "a\n\nid: 2" })
      )
      const text = yield* Effect.promise(() => HttpServerResponse.toWeb(answer).text())
      expect(text).toBe("retry: 2000\n\nid: 1\nevent: note\ndata: a\ndata: \ndata: id: 2\n\n")
    }))
})
