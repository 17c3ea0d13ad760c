import type { IncomingMessage } from "node:http"
import { Incoming } from "../exchange/Incoming.ts"

/** Hundredths of a millisecond whose texts are kept. Formatting a number takes as long as the rest of the header. */
const mostKept = 2_000

const kept: Array<string | undefined> = Array.from({ length: mostKept })

/** Writes milliseconds with two decimals at most. */
const dur = (millis: number): string => {
  const hundredths = Math.round(millis * 100)
  return hundredths < mostKept ? kept[hundredths] ??= String(hundredths / 100) : String(hundredths / 100)
}

/**
 * Formats `Server-Timing` (W3C) in milliseconds: the time from the request's headers to those of the answer. Of a
 * recorded request also the time before its first fiber ran, in which a fiber ran, and of waiting.
 */
export const serverTimingOf = (request: IncomingMessage): string | undefined => {
  if (!(request instanceof Incoming)) return undefined
  const millis = performance.now() - request.arrived
  const parts = request.recorded?.timing(millis)
  return parts === undefined
    ? `total;dur=${dur(millis)}`
    : `queue;dur=${dur(parts.queue)}, run;dur=${dur(parts.run)}, wait;dur=${dur(parts.wait)}, total;dur=${dur(millis)}`
}

/** Names the timeline of a recorded request (RFC 8288). */
export const linkOf = (request: IncomingMessage): string | undefined =>
  request instanceof Incoming && request.recorded !== undefined
    ? `</timelines/${request.recorded.id}>; rel="describedby"`
    : undefined
