import { Either, ParseResult, Schema } from "effect"
import { Timeline } from "../../timeline/Timeline.ts"

// Loaded only when a file is opened: the schema brings a part of Effect with it.

const read = Schema.decodeUnknownEither(Timeline)

/** A file that is no recording, with the place of the first member that is wrong. */
export class NotATimeline extends Error {
  readonly place: string

  constructor(place: string, reason: string) {
    super(reason)
    this.place = place
  }
}

/** Checks what a file contains, and returns it as a recording. */
export const decode = (value: unknown): Timeline =>
  Either.getOrThrowWith(read(value), (error) => {
    const [first] = ParseResult.ArrayFormatter.formatErrorSync(error)
    return new NotATimeline(first?.path.join(".") ?? "", first?.message ?? error.message)
  })
