import { describe, expect, it } from "@effect/vitest"
import { preferredType } from "../../../../src/platform/http/contract/Accept.ts"

const offers = ["application/json", "text/event-stream"] as const
const [json, events] = offers

describe("preferredType", () => {
  const cases: ReadonlyArray<readonly [header: string | undefined, preferred: (typeof offers)[number]]> = [
    [undefined, json],
    ["", json],
    ["*/*", json],
    ["*", json],
    ["text/event-stream", events],
    ["Text/Event-Stream; Q=0.5", events],
    ["text/event-stream;charset=\"UTF-8\"", events],
    ["text/event-stream;", events],
    ["text/*", events],
    ["application/json, text/event-stream;q=0.1", json],
    ["application/json;q=0.1, text/event-stream", events],
    ["application/json;q=0.5, text/*;q=0.6", events],
    ["text/event-stream;q=0", json],
    ["text/event-stream;q=0.000, */*", json],
    ["text/event-stream;q=0, application/json;q=0", json],
    ["application/json;q=0, */*", events],
    ["application/json;q=0, text/*;q=0.1", events],
    // the most specific range decides; here its quality is lower
    ["text/event-stream;q=0.2, text/*;q=0.9, application/json;q=0.5", json],
    ["text/event-stream;q=0.1, text/event-stream;charset=utf-8;q=0.9, application/json;q=0.5", events],
    // among equal qualities the named one wins, then the first
    ["*/*, text/event-stream", events],
    ["text/event-stream, */*", events],
    ["application/json, text/event-stream", json],
    ["text/event-stream, application/json", events],
    ["text/event-stream;q=0.5, application/json;q=0.5", events],
    ["application/*, text/event-stream", events],
    ["*/*;q=0.5, text/event-stream;q=0.4", json],
    // a type that is neither: the first is answered, as without the header
    ["text/html", json],
    ["text/event-stream;version=2", json],
    ["text/event-stream;charset=utf-16, */*;q=0.1", json],
    ["text/event-stream;q=2", json],
    ["text/event-streams, xtext/event-stream", json],
    ["text/html;title=\"text/event-stream, \", application/json", json],
    ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", json]
  ]

  it.each(cases)("%s is %s", (header, preferred) => {
    expect(preferredType(header, offers)).toBe(preferred)
  })
})
