import { expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { ServerEvents } from "../../../src/console/frame/ServerEvents.ts"

const stream = [
  ": a comment\n",
  "retry: 2000\n\n",
  "id: 7\nevent: timeline\ndata: {\"a\":\ndata: 1}\n\n",
  "data:unspaced\r\ndata: two\r\n\r\n",
  "event: nothing\n\n",
  "id\ndata\n\n"
].join("")

it("events are the same however their bytes are cut into chunks", () => {
  fc.assert(fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
    const events = new ServerEvents()
    const edges = [0, ...cuts.toSorted((one, other) => one - other), stream.length]
    const read = edges.flatMap((edge, index) => events.take(stream.slice(edge, edges[index + 1] ?? stream.length)))
    expect(read).toEqual([
      { event: "timeline", id: "7", data: "{\"a\":\n1}" },
      { event: "message", id: "7", data: "unspaced\ntwo" },
      { event: "message", id: "", data: "" }
    ])
    expect(events.retry).toBe(2000)
  }))
})
