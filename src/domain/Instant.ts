import { Schema } from "effect"

/** A moment, written in UTC as RFC 3339 asks. */
export const Instant = Schema.DateTimeUtc.annotations({
  identifier: "Instant",
  jsonSchema: {
    type: "string",
    format: "date-time",
    description: "RFC 3339, in UTC",
    examples: ["2025-01-31T12:00:00.000Z"]
  }
})
