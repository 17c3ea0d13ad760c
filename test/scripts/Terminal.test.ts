import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { terminal } from "../../scripts/demos/stage/terminal.ts"

const stream = (isTTY: boolean) => {
  const written: Array<string> = []
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0
  return { written, stream: { isTTY, columns: 90, rows: 30, write } }
}

describe("output", () => {
  it("on a pipe has no colour, redraws nothing and is as wide as a page", () => {
    const { stream: pipe, written } = stream(false)
    const out = terminal(pipe, pipe, {})
    out.print("a")
    expect([out.colours, out.redraw, out.columns, out.rows, written]).toEqual([false, undefined, 100, 40, ["a\n"]])
  })

  it("on a terminal has colours unless NO_COLOR is set, whatever to", () => {
    const { stream: tty } = stream(true)
    expect(terminal(tty, tty, {}).colours).toBe(true)
    expect(terminal(tty, tty, { NO_COLOR: "1" }).colours).toBe(false)
    expect(terminal(tty, tty, { NO_COLOR: "" }).colours).toBe(true)
  })

  it("prints above what is drawn, and draws it again", () => {
    const { stream: tty, written } = stream(true)
    const out = terminal(tty, tty, {})
    out.redraw?.(["one", "two"])
    out.print("said")
    expect(written.join("")).toBe("one\ntwo\n\u001b[2A\u001b[0Jsaid\none\ntwo\n")
  })

  it.effect("that cannot be saved says why, with the file", () =>
    Effect.gen(function*() {
      const { stream: pipe } = stream(false)
      const failure = yield* Effect.flip(terminal(pipe, pipe, {}).save("/nowhere/at/all.svg", ""))
      expect(failure.message).toMatch(/^cannot write \/nowhere\/at\/all.svg: ENOENT/)
    }))
})
