import { expect, it } from "@effect/vitest"
import { EventRing, kinds } from "../../src/timeline/EventRing.ts"

it("the ring keeps the newest events of each recording, and tells whether it has lost some", () => {
  const ring = new EventRing(4)
  ring.add(1, 10, kinds.run, 7, 0, 0)
  const from = ring.position
  for (let n = 0; n < 3; n++) ring.add(2, 20 + n, kinds.sleep, 8, n, 0)
  expect(ring.read(1, 0).map(({ time }) => time)).toEqual([10])
  expect(ring.hasLost(0)).toBe(false)
  ring.add(1, 30, kinds.end, 7, 0, 0)
  expect(ring.read(1, 0).map(({ time }) => time)).toEqual([30])
  expect(ring.hasLost(0)).toBe(true)
  expect(ring.read(2, from)).toEqual([0, 1, 2].map((n) => ({ time: 20 + n, kind: kinds.sleep, fiber: 8, a: n, b: 0 })))
  expect(ring.hasLost(from)).toBe(false)
})
