/**
 * Ends the process at once, as a crash would, with the reason on standard error. Used only for faults after which every
 * answer could be wrong.
 */
export const haltProcess = (reason: string): void => {
  process.stderr.write(`barista stops at once: ${reason}\n`)
  process.exit(1)
}
