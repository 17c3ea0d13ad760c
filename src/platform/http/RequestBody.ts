import type { Headers, HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Option } from "effect"
import { InvalidInput, PayloadTooLarge, UnsupportedMediaType } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { parse as parseHeader } from "../files/HeaderParameters.ts"
import * as JsonBody from "./JsonBody.ts"

const json = "application/json"

/** JSON is UTF-8 (RFC 8259, 8.1); a charset that says otherwise would be misread. */
const isJson = (mediaType: string): boolean =>
  mediaType === json || Option.exists(
    parseHeader(mediaType),
    ({ parameters, value }) => value === json && /^utf-?8$/i.test(parameters.get("charset") ?? "utf-8")
  )

/** The content codings of a body (RFC 9110, 8.4.1), in lower case; `identity` and empty elements of the list are none. */
const codingsOf = (written: string | undefined): ReadonlyArray<string> =>
  written === undefined
    ? []
    : written.split(",").map((coding) => coding.trim().toLowerCase()).filter((coding) =>
      coding !== "" && coding !== "identity"
    )

/** 415 for a body whose bytes are coded: read as they are, they would be misread. */
export const refusedCoding = (headers: Headers.Headers): Option.Option<UnsupportedMediaType> =>
  codingsOf(headers["content-encoding"]).length === 0
    ? Option.none()
    : Option.some(UnsupportedMediaType.of("Content-Encoding", headers["content-encoding"], "identity"))

/** Why a body of these headers cannot be read as JSON. */
const refusedBody = ({ headers }: HttpServerRequest.HttpServerRequest): UnsupportedMediaType | undefined => {
  const mediaType = headers["content-type"]
  return mediaType === undefined || !isJson(mediaType)
    ? UnsupportedMediaType.of("Content-Type", mediaType, json)
    : Option.getOrUndefined(refusedCoding(headers))
}

const tooLarge = (limit: number) => new PayloadTooLarge({ what: "body", limit })

/**
 * The whole body, at most `limit` bytes; its first byte is refused with what `refused` has. What a refused client still sends is discarded by node as it arrives, so that the client
 * can read its answer; the server's request timeout bounds that.
 */
const readBytes = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number,
  refused: UnsupportedMediaType | undefined
): Effect.Effect<Buffer, PayloadTooLarge | UnsupportedMediaType> =>
  Effect.async((resume) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const chunks: Array<Buffer> = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (refused !== undefined || size > limit) {
        stop()
        resume(Effect.fail(refused ?? tooLarge(limit)))
      } else {
        chunks.push(chunk)
      }
    }
    const onEnd = () => {
      stop()
      resume(Effect.succeed(Buffer.concat(chunks)))
    }
    // a client that goes away is seen by the server too, which interrupts this fiber
    const onError = () => undefined
    const stop = () => {
      source.off("data", onData)
      source.off("end", onEnd)
    }
    source.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  })

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Levels of nesting in a JSON body; whatever reads it may then recurse. */
const deepest = 100

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)))

const notJson = InvalidInput.of(
  ["body"],
  text("doit être du JSON en UTF-8 (RFC 8259)", "must be JSON in UTF-8 (RFC 8259)"),
  "json_invalid"
)

const tooDeep = InvalidInput.of(
  ["body"],
  text(`doit avoir au plus ${deepest} niveaux`, `must not nest deeper than ${deepest} levels`),
  "value_error"
)

const parse = (bytes: Buffer, names: ReadonlyArray<string>): Effect.Effect<unknown, InvalidInput> =>
  Effect.try({
    try: () => {
      const written = utf8.decode(bytes)
      const read: unknown = JSON.parse(written)
      return { written, read }
    },
    catch: () => notJson
  }).pipe(
    Effect.filterOrFail(({ read }) => !isDeeper(read, deepest), () => tooDeep),
    Effect.map(({ read, written }) => JsonBody.asWritten(written, read, names))
  )

/**
 * The JSON body of a request; undefined where there is none, which its bytes say and not its headers. `limit` is in bytes; `names`
 * are the members of which two values are told apart.
 */
export const readJson = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number,
  names: ReadonlyArray<string>
): Effect.Effect<unknown, InvalidInput | PayloadTooLarge | UnsupportedMediaType> =>
  Effect.suspend((): Effect.Effect<unknown, InvalidInput | PayloadTooLarge | UnsupportedMediaType> => {
    const { "content-length": length, "transfer-encoding": framing } = request.headers
    if (framing === undefined && (length === undefined || Number(length) === 0)) return Effect.void
    const refused = refusedBody(request)
    if (length !== undefined && refused !== undefined) return Effect.fail(refused)
    if (length !== undefined && Number(length) > limit) return Effect.fail(tooLarge(limit))
    return Effect.flatMap(
      readBytes(request, limit, refused),
      (bytes) => (bytes.length === 0 ? Effect.void : parse(bytes, names))
    )
  })
