import { Console, Effect } from "effect"

/** A promise that a measurement checks, with the decisive figure. */
export interface Bound {
  readonly says: string
  readonly measured: string
  readonly met: boolean
}

/** Prints each bound and whether it is met. If one is not, the script ends with exit code 1. */
export const verify = (bounds: ReadonlyArray<Bound>) =>
  Effect.forEach(bounds, ({ measured, met, says }) => {
    if (!met) process.exitCode = 1
    return Console.log(`${met ? "met    " : "NOT MET"}  ${says}: ${measured}`)
  }, { concurrency: 1, discard: true })
