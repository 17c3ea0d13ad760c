import { expect, it } from "@effect/vitest"
import { newSpanId, newTraceId } from "../../src/domain/TraceIds.ts"

it("ids of traces and spans have their length, and none comes twice while the pool of bytes is filled again", () => {
  const ids = Array.from({ length: 1_000 }, () => [newTraceId(), newSpanId()] as const)
  expect(ids.filter(([trace]) => !/^[0-9a-f]{32}$/.test(trace))).toEqual([])
  expect(ids.filter(([, span]) => !/^[0-9a-f]{16}$/.test(span))).toEqual([])
  const halves = ids.flatMap(([trace, span]) => [trace.slice(0, 16), trace.slice(16), span])
  expect(new Set(halves).size).toBe(3_000)
})
