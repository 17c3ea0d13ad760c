import { Duration, Effect } from "effect"
import { InvalidInput } from "../domain/Problem.ts"
import { type Text, text } from "../domain/Text.ts"
import type { Bound } from "../simulation/Run.ts"
import { mostUnderWay, type Scenario } from "../simulation/Scenario.ts"
import type { OutOfBounds } from "../simulation/simulate.ts"

const nanosPerSecond = 1_000_000_000

/** The requests that open arrivals bring in a time, in nanoseconds; undefined for those that have no rate. */
const arriving = ({ arrivals }: Scenario, until: number): number | undefined => {
  switch (arrivals.kind) {
    case "burst":
      return arrivals.clients
    case "closed":
      return undefined
    default: {
      if ("rate" in arrivals) return until === Infinity ? Infinity : Math.ceil(arrivals.rate * until / nanosPerSecond)
      let left = until
      let sum = 0
      for (const { for: length, rate } of arrivals.phases) {
        sum += rate * Math.min(left, length) / nanosPerSecond
        left -= Math.min(left, length)
      }
      return Math.ceil(sum)
    }
  }
}

/** The requests of one run as the scenario tells them; undefined where they depend on the run itself. */
export const expectedOf = (scenario: Scenario): number | undefined => {
  const { duration = Infinity, requests } = scenario
  const arrived = arriving(scenario, duration)
  return arrived === undefined ? requests : Math.min(arrived, requests ?? Infinity)
}

const placeOf = ({ duration, requests }: Scenario, expected: number): string => {
  if (requests !== undefined && requests <= expected) return "requests"
  return duration === undefined ? "arrivals" : "duration"
}

const tooMany = (place: string, most: number, seeds: number): InvalidInput => {
  const [fr, en] = seeds === 1
    ? ["", ""]
    : [` pour ${seeds} graines ensemble`, ` for ${seeds} seeds together`]
  return InvalidInput.of(
    ["body", place],
    text(`donne plus que ${most} requêtes simulées${fr}`, `gives more than ${most} simulated requests${en}`),
    "value_error"
  )
}

/** Refuses a scenario of more requests than the server simulates, and names the member that gives them. */
export const checkRequests = (scenario: Scenario, seeds: number, most: number): Effect.Effect<void, InvalidInput> => {
  const expected = expectedOf(scenario)
  return expected !== undefined && expected * seeds > most
    ? tooMany(placeOf(scenario, expected), most, seeds)
    : Effect.void
}

/** Writes seconds of virtual time in both languages. */
const secondsOf = (after: Duration.Duration): Text => {
  const seconds = Math.round(Duration.toMillis(after)) / 1_000
  return text(String(seconds).replace(".", ","), String(seconds))
}

const sentences: Readonly<Record<Exclude<Bound, "requests">, (after: Text) => Text>> = {
  "requests under way": ({ en, fr }) =>
    text(
      `laisse plus de ${mostUnderWay} requêtes en cours après ${fr} s de temps virtuel : borner la file, ou baisser le débit`,
      `leaves more than ${mostUnderWay} requests under way after ${en} s of virtual time: bound the queue, or lower the rate`
    ),
  "attempts at the upstream": ({ en, fr }) =>
    text(
      `laisse plus de ${mostUnderWay} essais au service amont après ${fr} s de temps virtuel : borner la file, ou baisser le débit`,
      `leaves more than ${mostUnderWay} attempts at the upstream after ${en} s of virtual time: bound the queue, or lower the rate`
    ),
  "virtual time": () => text("prend plus de 100 jours de temps virtuel", "takes more than 100 days of virtual time")
}

/** Tells the client which member of the scenario let its run pass a bound. */
export const refusalOf = (
  { after, bound }: OutOfBounds,
  scenario: Scenario,
  most: number,
  seeds: number
): InvalidInput => {
  if (bound === "requests") return tooMany(placeOf(scenario, Infinity), most, seeds)
  return InvalidInput.of(
    ["body", ...(bound === "virtual time" ? [placeOf(scenario, Infinity)] : ["upstream", "queue"])],
    sentences[bound](secondsOf(after)),
    "value_error"
  )
}
