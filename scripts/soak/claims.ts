import type { Bound } from "../harness/bounds.ts"

const shown = 3

/** A promise that no exception was seen to; the first few are printed. */
export const without = (says: string, exceptions: ReadonlyArray<string>): Bound => ({
  says,
  measured: [`${exceptions.length} exceptions`, ...exceptions.slice(0, shown)].join("\n           "),
  met: exceptions.length === 0
})

/** Keeps the warnings and errors of a server's log, for `without`. */
export const makeWarnings = () => {
  const warnings: Array<string> = []
  const heed = (line: string): void => {
    if (/"logLevel":"(WARN|ERROR|FATAL)"/.test(line)) warnings.push(line)
  }
  return { warnings, heed }
}
