import type { Headers, HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Option } from "effect"
import { InvalidInput, Overloaded, PayloadTooLarge, UnsupportedMediaType } from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { text } from "../../../domain/Text.ts"
import { waitFor } from "../../../domain/Wait.ts"
import { parse as parseHeader } from "../../files/HeaderParameters.ts"
import type { Holding, InputMemory } from "../../lifecycle/InputMemory.ts"
import * as JsonBody from "../contract/JsonBody.ts"
import * as JsonShape from "./JsonShape.ts"

export interface Limits {
  /** Bytes of one body. */
  readonly maxBodyBytes: number
  /** Values in one body. */
  readonly maxJsonValues: number
  /** Holds bodies that have not arrived whole. */
  readonly memory: InputMemory["Type"]
}

const json = "application/json"

/** Accepts JSON in UTF-8 only (RFC 8259, 8.1). Text in another charset would be misread. */
const isJson = (mediaType: string): boolean =>
  mediaType === json || Option.exists(
    parseHeader(mediaType),
    ({ parameters, value }) => value === json && /^utf-?8$/i.test(parameters.get("charset") ?? "utf-8")
  )

/** Lists the content codings of a body (RFC 9110, 8.4.1) in lower case, without `identity` and empty elements. */
const codingsOf = (written: string | undefined): ReadonlyArray<string> =>
  written === undefined
    ? []
    : written.split(",").map((coding) => coding.trim().toLowerCase()).filter((coding) =>
      coding !== "" && coding !== "identity"
    )

/** Rejects a coded body with a 415, because its bytes would be misread. */
export const refusedCoding = (headers: Headers.Headers): Option.Option<UnsupportedMediaType> =>
  codingsOf(headers["content-encoding"]).length === 0
    ? Option.none()
    : Option.some(UnsupportedMediaType.of("Content-Encoding", headers["content-encoding"], "identity"))

/** Explains why a body with these headers cannot be read as JSON. */
const refusedBody = ({ headers }: HttpServerRequest.HttpServerRequest): UnsupportedMediaType | undefined => {
  const mediaType = headers["content-type"]
  return mediaType === undefined || !isJson(mediaType)
    ? UnsupportedMediaType.of("Content-Type", mediaType, json)
    : Option.getOrUndefined(refusedCoding(headers))
}

const tooLarge = (limit: number) => new PayloadTooLarge({ what: term("corps de la requête", "body"), limit })

const noRoom = new Overloaded({
  what: term("corps de requêtes en cours de réception", "bodies that have not arrived whole"),
  retry_after: 1
})

const arriving = waitFor("socket", () => ({ name: "request body" }))

/**
 * Reads the whole body, at most `maxBodyBytes`. If `refused` is set, the first byte fails the read with `refused`.
 * After a failure node discards the rest of the body as it arrives, so that the client can read its answer. The
 * server's request timeout bounds the rest.
 */
const readBytes = (
  request: HttpServerRequest.HttpServerRequest,
  { maxBodyBytes, memory }: Limits,
  refused: UnsupportedMediaType | undefined
): Effect.Effect<Buffer, Overloaded | PayloadTooLarge | UnsupportedMediaType> =>
  Effect.async((resume) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const announced = Number(request.headers["content-length"])
    const chunks: Array<Buffer> = []
    let size = 0
    let holding: Holding | undefined
    const refuse = (reason: Overloaded | PayloadTooLarge | UnsupportedMediaType) => {
      stop()
      resume(Effect.fail(reason))
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (refused !== undefined || size > maxBodyBytes) return refuse(refused ?? tooLarge(maxBodyBytes))
      chunks.push(chunk)
      // A body that arrives whole in one chunk is parsed at once, so it needs no room.
      if (size === announced) return
      holding ??= memory.open(() => refuse(noRoom))
      if (!holding.hold(size)) refuse(noRoom)
    }
    const onEnd = () => {
      stop()
      resume(Effect.succeed(Buffer.concat(chunks)))
    }
    // The server sees too when a client leaves, and interrupts this fiber.
    const onError = () => undefined
    const stop = () => {
      holding?.close()
      source.off("data", onData)
      source.off("end", onEnd)
    }
    source.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  }, arriving)

const utf8 = new TextDecoder("utf-8", { fatal: true })

const notJson = InvalidInput.of(
  ["body"],
  text("doit être du JSON en UTF-8 (RFC 8259)", "must be JSON in UTF-8 (RFC 8259)"),
  "json_invalid"
)

const parse = (
  bytes: Buffer,
  { maxJsonValues }: Limits,
  names: ReadonlyArray<string>
): Effect.Effect<unknown, InvalidInput> => {
  const excess = JsonShape.excess(bytes, { values: maxJsonValues })
  if (excess !== undefined) return Effect.fail(InvalidInput.of(["body"], excess, "value_error"))
  return Effect.try({
    try: () => {
      const written = utf8.decode(bytes)
      return JsonBody.asWritten(written, JSON.parse(written), names)
    },
    catch: () => notJson
  })
}

export type BodyProblem = InvalidInput | Overloaded | PayloadTooLarge | UnsupportedMediaType

/**
 * Reads the JSON body of a request; undefined if the body has no bytes, whatever its headers say. `names` are the
 * members that must not be given twice with different values.
 */
export const readJson = (
  request: HttpServerRequest.HttpServerRequest,
  limits: Limits,
  names: ReadonlyArray<string>
): Effect.Effect<unknown, BodyProblem> =>
  Effect.suspend((): Effect.Effect<unknown, BodyProblem> => {
    const { "content-length": length, "transfer-encoding": framing } = request.headers
    if (framing === undefined && (length === undefined || Number(length) === 0)) return Effect.void
    const refused = refusedBody(request)
    if (length !== undefined && refused !== undefined) return Effect.fail(refused)
    if (length !== undefined && Number(length) > limits.maxBodyBytes) return Effect.fail(tooLarge(limits.maxBodyBytes))
    return Effect.flatMap(
      readBytes(request, limits, refused),
      (bytes) => (bytes.length === 0 ? Effect.void : parse(bytes, limits, names))
    )
  })
