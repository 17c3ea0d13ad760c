import { expect, it } from "@effect/vitest"
import { empty, heard, mostLines, type Received, type Room } from "../../src/console/chat/Room.ts"

const time = "2026-01-01T12:00:00.000Z"
const event = (kind: "message" | "joined" | "left", client_id: number): Received => ({
  kind,
  id: 1,
  client_id,
  time,
  ...(kind === "message" ? { text: "BONJOUR" } : {})
})
const after = (...lines: ReadonlyArray<Parameters<typeof heard>[1]>): Room => lines.reduce(heard, empty)
const present = ({ present }: Room) => [...present.keys()]

it("those who came or spoke are there until they leave, each of their sockets", () => {
  expect(present(after(event("joined", 1), event("joined", 2)))).toEqual([1, 2])
  expect(present(after(event("joined", 1), event("message", 3)))).toEqual([1, 3])
  expect(present(after(event("joined", 1), event("joined", 2), event("left", 2)))).toEqual([1])
  expect(present(after(event("joined", 2), event("joined", 2), event("left", 2)))).toEqual([2])
  expect(present(after(event("joined", 2), event("message", 2), event("left", 2)))).toEqual([])
  expect(present(after(event("left", 4)))).toEqual([])
})

it("a closed connection knows nobody, and says why it was closed", () => {
  const closed = after(event("joined", 1), { kind: "closed", code: 1009, reason: "message too large", again: true })
  expect(present(closed)).toEqual([])
  expect(closed.lines.at(-1)).toEqual({ kind: "closed", code: 1009, reason: "message too large", again: true, key: 2 })
})

it("a refused message changes nobody's presence", () => {
  expect(present(after(event("joined", 1), { kind: "error", detail: "Client 9 is not connected." }))).toEqual([1])
})

it("a window keeps the newest lines, each with a key of its own", () => {
  const full = after(...Array.from({ length: mostLines + 5 }, () => event("message", 1)))
  expect(full.lines).toHaveLength(mostLines)
  expect(new Set(full.lines.map(({ key }) => key)).size).toBe(mostLines)
  expect(full.lines.at(-1)?.key).toBe(mostLines + 5)
})
