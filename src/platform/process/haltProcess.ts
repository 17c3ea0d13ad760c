/** Ends the process at once, as a crash would, and says why on standard error. Only for faults that make going on a lie. */
export const haltProcess = (reason: string): void => {
  process.stderr.write(`barista stops at once: ${reason}\n`)
  process.exit(1)
}
