import { describe, expect, it } from "@effect/vitest"
import { ChunkMemory } from "../../../src/platform/files/ChunkMemory.ts"

describe("ChunkMemory", () => {
  it("frees what is wholly written, and nothing before", () => {
    const memory = new ChunkMemory()
    const chunks = [3, 4, 5].map((size) => new Uint8Array(size))
    const left = () => chunks.map(({ byteLength }) => byteLength)
    for (const chunk of chunks) memory.hold(chunk)
    memory.free(2)
    expect(left()).toEqual([3, 4, 5])
    memory.free(6)
    expect(left()).toEqual([0, 4, 5])
    memory.free(7)
    expect(left()).toEqual([0, 0, 5])
    memory.free(7)
    const last = new Uint8Array(1)
    memory.hold(last)
    memory.free(12)
    expect([...left(), last.byteLength]).toEqual([0, 0, 0, 1])
    memory.free(13)
    expect(last.byteLength).toBe(0)
  })

  it("leaves memory that a chunk shares with others", () => {
    const memory = new ChunkMemory()
    const whole = new Uint8Array([1, 2, 3, 4])
    const shared = new Uint8Array(new SharedArrayBuffer(4))
    memory.hold(whole.subarray(0, 2))
    memory.hold(whole.subarray(2))
    memory.hold(shared)
    memory.free(8)
    expect([...whole]).toEqual([1, 2, 3, 4])
    expect(shared.byteLength).toBe(4)
  })
})
