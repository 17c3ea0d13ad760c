import { OpenApi } from "@effect/platform"
import { Record } from "effect"

const text = (description: string, example: string) => ({ description, schema: { type: "string" }, example })

/** Headers that clients act upon, as `components/headers` of the document. */
export const headers = {
  Accept: text("With a 415: the accepted media type (RFC 9110, 15.5.16)", "application/json"),
  "Accept-Encoding": text("With a 415: the accepted content coding", "identity"),
  "Accept-Ranges": text("Ranges are counted in bytes (RFC 9110, 14.3)", "bytes"),
  "Content-Disposition": text("The upload's name, UTF-8 in filename* (RFC 6266)", "attachment; filename=\"notes.txt\""),
  "Content-Language": { ...text("The language of the texts", "fr"), schema: { type: "string", enum: ["fr", "en"] } },
  "Content-Range": text("The range sent, and the size; bytes */size with a 416 (RFC 9110, 14.4)", "bytes 0-99/1234"),
  ETag: text(
    "The SHA-256 of the bytes, for If-Match, If-None-Match and If-Range",
    "\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\""
  ),
  "Idempotency-Replayed": {
    ...text("Marks a repetition of the answer to the first request with this Idempotency-Key", "true"),
    schema: { type: "string", enum: ["true"] }
  },
  "Last-Modified": text(
    "The time of the upload, for If-Modified-Since, If-Unmodified-Since and If-Range",
    "Sun, 06 Nov 1994 08:49:37 GMT"
  ),
  Link: text(
    "The next page, while there are more rows; the timeline of a recorded request (RFC 8288)",
    "</users?limit=100&after=100>; rel=\"next\", </timelines/0af7651916cd43dd8448eb211c80319c>; rel=\"describedby\""
  ),
  Location: text("The URL of the new resource, or of its container", "/users/1/complete-profile"),
  "Retry-After": {
    description: "Seconds to wait before the next try",
    schema: { type: "integer", minimum: 1 },
    example: 5
  },
  "Server-Timing": text(
    "Milliseconds from the request's headers to the answer's. Of a recorded request also queue, run and wait (W3C)",
    "queue;dur=0.11, run;dur=0.52, wait;dur=1.8, total;dur=2.43"
  ),
  "Sec-WebSocket-Version": text("The supported version (RFC 6455)", "13"),
  Upgrade: text("The protocol to change to", "websocket"),
  "WWW-Authenticate": text("How to authenticate (RFC 6750)", "Bearer")
} as const

export type HeaderName = keyof typeof headers

/** Makes a reference to each header, for a response. */
export const references = (names: ReadonlyArray<HeaderName>) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/**
 * Documents the headers of an operation's answers, by status, beyond those that follow from the status or the
 * parameters alone.
 */
export const answerHeaders = (byStatus: Readonly<Record<number, ReadonlyArray<HeaderName>>>) =>
  OpenApi.annotations({
    transform: (operation) => ({
      ...operation,
      responses: Record.map(
        operation["responses"],
        (response: object, status) => {
          const names = byStatus[Number(status)]
          return names === undefined ? response : { ...response, headers: references(names) }
        }
      )
    })
  })
