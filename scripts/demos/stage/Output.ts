import type { Effect } from "effect"

/** Takes one line of output. */
export type Print = (line: string) => void

/** The destination of a command's output. */
export interface Output {
  readonly print: Print
  readonly printError: Print
  /** Width of a line, in characters. */
  readonly columns: number
  readonly colours: boolean
  /** Fibers that a picture may show and still fit the terminal. */
  readonly rows: number
  /** Lines of a picture that fit the terminal; undefined where nothing bounds them. */
  readonly lines?: number | undefined
  /** Draws lines below the printed ones, in the place of those drawn before; undefined where nothing can be redrawn. */
  readonly redraw: ((lines: ReadonlyArray<string>) => void) | undefined
  /** Writes a file; the message of a failure names the file. */
  readonly save: (file: string, text: string) => Effect.Effect<void, { readonly message: string }>
}
