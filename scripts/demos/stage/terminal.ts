import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import type { WriteStream } from "node:tty"
import type { Output } from "./Output.ts"

/** Width and rows of a picture where no terminal bounds them. */
const page = { columns: 100, rows: 40 }

/** Lines of a terminal below the fibers of a picture: axis, legend and the line of the cursor. */
const besideFibers = 6

const lineOfCursor = 1

const clearBelow = "\u001b[0J"
const up = (lines: number) => lines === 0 ? "" : `\u001b[${lines}A`

/**
 * Output on a terminal, or on a pipe or a file, which get no colours and no redrawing. `NO_COLOR` switches colours off
 * (https://no-color.org).
 */
export const terminal = (
  stream: Pick<WriteStream, "write" | "isTTY" | "columns" | "rows">,
  errors: Pick<WriteStream, "write">,
  env: Readonly<Record<string, string | undefined>>
): Output => {
  let drawn: ReadonlyArray<string> = []
  /** Lines beyond the width would wrap, and the cursor would then go up too few of them. */
  const erase = () => {
    if (drawn.length > 0) stream.write(`${up(drawn.length)}${clearBelow}`)
  }
  const redraw = (lines: ReadonlyArray<string>) => {
    erase()
    drawn = lines
    for (const line of lines) stream.write(`${line}\n`)
  }
  return {
    // read at each picture, as the reader may change the size of the window
    get columns() {
      return stream.isTTY ? stream.columns : page.columns
    },
    get rows() {
      return stream.isTTY ? Math.max(1, stream.rows - besideFibers) : page.rows
    },
    get lines() {
      return stream.isTTY ? stream.rows - lineOfCursor : undefined
    },
    colours: stream.isTTY && (env["NO_COLOR"] ?? "") === "",
    redraw: stream.isTTY ? redraw : undefined,
    print: (line) => {
      const below = drawn
      erase()
      drawn = []
      stream.write(`${line}\n`)
      if (below.length > 0) redraw(below)
    },
    printError: (line) => void errors.write(`${line}\n`),
    save: (file, text) =>
      Effect.try({
        try: () => writeFileSync(file, text),
        catch: (error) => ({ message: `cannot write ${file}: ${error instanceof Error ? error.message : error}` })
      })
  }
}
