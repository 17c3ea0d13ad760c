import { expect, it } from "@effect/vitest"
import { clientFrame, frameReader, text } from "../../../scripts/harness/chat/frames.ts"

/** Makes a frame as a server sends it, unmasked. */
const unmasked = (said: string): Buffer => {
  const payload = Buffer.from(said)
  const { length } = payload
  const head = length < 126 ? [text, length] : [text, 126, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), payload])
}

it("frames are read whole wherever the stream is cut", () => {
  const said = ["", "a", "é".repeat(62), "x".repeat(126), "y".repeat(300), "end"]
  const stream = Buffer.concat(said.map(unmasked))
  for (let size = 1; size <= stream.length; size++) {
    const read: Array<string> = []
    const hear = frameReader((_, bytes, start, end) => void read.push(bytes.toString("utf8", start, end)))
    for (let at = 0; at < stream.length; at += size) hear(stream.subarray(at, at + size))
    expect(read).toEqual(said)
  }
})

it("a client's frame is masked", () => {
  const sent = clientFrame(text, Buffer.from("ABC"))
  expect([...sent]).toEqual([0x81, 0x83, 1, 2, 3, 4, 0x41 ^ 1, 0x42 ^ 2, 0x43 ^ 3])
  expect([...clientFrame(text, Buffer.alloc(300)).subarray(0, 4)]).toEqual([0x81, 0xfe, 1, 44])
})
