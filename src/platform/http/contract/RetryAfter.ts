import { Duration, Option } from "effect"
import * as HttpDate from "./HttpDate.ts"

/** Reads `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). A date that has passed asks for no wait. */
export const parse = (written: string | undefined, now: number): Option.Option<Duration.Duration> => {
  if (written === undefined) return Option.none()
  return /^\d+$/.test(written)
    ? Option.some(Duration.seconds(Number(written)))
    : Option.map(HttpDate.parse(written, now), (then) => Duration.millis(Math.max(0, then - now)))
}
