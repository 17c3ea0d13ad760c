import type { Headers, HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect, Option } from "effect"
import { InvalidInput, Overloaded, PayloadTooLarge, UnsupportedMediaType } from "../../../domain/Problem.ts"
import { term } from "../../../domain/Term.ts"
import { text } from "../../../domain/Text.ts"
import { parse as parseHeader } from "../../files/HeaderParameters.ts"
import type { Holding, InputMemory } from "../../lifecycle/InputMemory.ts"
import * as JsonBody from "../contract/JsonBody.ts"
import * as JsonShape from "./JsonShape.ts"

/** Bounds on JSON bodies. */
export interface Limits {
  /** Bytes of one body. */
  readonly maxBodyBytes: number
  /** Values in one body. */
  readonly maxJsonValues: number
  /** Holds the bodies that have not arrived whole. */
  readonly memory: InputMemory["Type"]
}

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

const tooLarge = (limit: number) => new PayloadTooLarge({ what: term("corps de la requête", "body"), limit })

const noRoom = new Overloaded({
  what: term("corps de requêtes en cours de réception", "bodies that have not arrived whole"),
  retry_after: 1
})

/**
 * The whole body, at most `maxBodyBytes`; its first byte is refused with what `refused` has. What a refused client still sends is
 * discarded by node as it arrives, so that the client
 * can read its answer; the server's request timeout bounds that.
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
      // one that is whole at once is parsed at once
      if (size === announced) return
      holding ??= memory.open(() => refuse(noRoom))
      if (!holding.hold(size)) refuse(noRoom)
    }
    const onEnd = () => {
      stop()
      resume(Effect.succeed(Buffer.concat(chunks)))
    }
    // a client that goes away is seen by the server too, which interrupts this fiber
    const onError = () => undefined
    const stop = () => {
      holding?.close()
      source.off("data", onData)
      source.off("end", onEnd)
    }
    source.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  })

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

type Refusal = InvalidInput | Overloaded | PayloadTooLarge | UnsupportedMediaType

/**
 * The JSON body of a request; undefined where there is none, which its bytes say and not its headers. `names` are the members of
 * which two values are told apart.
 */
export const readJson = (
  request: HttpServerRequest.HttpServerRequest,
  limits: Limits,
  names: ReadonlyArray<string>
): Effect.Effect<unknown, Refusal> =>
  Effect.suspend((): Effect.Effect<unknown, Refusal> => {
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
