/** Keeps the warnings and errors of a server's log. */
export const makeWarnings = () => {
  const warnings: Array<string> = []
  const heed = (line: string): void => {
    if (/"logLevel":"(WARN|ERROR|FATAL)"/.test(line)) warnings.push(line)
  }
  return { warnings, heed }
}
