import { Console, Effect } from "effect"

/** A promise that a measurement checks, with the figure that decides it. */
export interface Bound {
  readonly says: string
  readonly measured: string
  readonly met: boolean
}

/** Prints each bound and whether it is met; the script then ends with exit code 1 if one is not. */
export const verify = (bounds: ReadonlyArray<Bound>) =>
  Effect.forEach(bounds, ({ measured, met, says }) => {
    if (!met) process.exitCode = 1
    return Console.log(`${met ? "met    " : "NOT MET"}  ${says}: ${measured}`)
  }, { concurrency: 1, discard: true })
