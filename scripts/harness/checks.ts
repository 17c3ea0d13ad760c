import { Console, Effect } from "effect"

/** A promise that a measurement checks, with the decisive figure. */
export interface Check {
  readonly name: string
  readonly measured: string
  readonly met: boolean
}

/** The word for a check or a target in every report. */
export const verdict = (met: boolean): string => met ? "met" : "NOT MET"

/** Checks that a count is the expected one. */
export const exactly = (name: string, expected: number, found: number): Check => ({
  name,
  measured: found === expected ? String(found) : `${found}, expected ${expected}`,
  met: found === expected
})

/** Exceptions that a report shows; the others are counted. */
const shown = 3

/** Checks that a promise has no exception. */
export const without = (name: string, exceptions: ReadonlyArray<string>): Check => ({
  name,
  measured: [`${exceptions.length} exceptions`, ...exceptions.slice(0, shown)].join("\n           "),
  met: exceptions.length === 0
})

/** Prints each check. If one is not met, the script ends with exit code 1. */
export const print = (checks: ReadonlyArray<Check>) =>
  Effect.forEach(checks, ({ measured, met, name }) => {
    if (!met) process.exitCode = 1
    return Console.log(`${verdict(met).padEnd(7)}  ${name}: ${measured}`)
  }, { concurrency: 1, discard: true })
