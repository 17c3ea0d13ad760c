import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Effect } from "effect"
import { InvalidInput, PayloadTooLarge, UnsupportedMediaType } from "../../domain/Problem.ts"

const isJson = (mediaType: string) => /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(mediaType)

const tooLarge = (limit: number) => new PayloadTooLarge({ what: "body", limit })

/**
 * The whole body, at most `limit` bytes. What a refused client still sends is discarded by node as it arrives, so that the client
 * can read its answer; the server's request timeout bounds that.
 */
const readBytes = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number
): Effect.Effect<Buffer, PayloadTooLarge> =>
  Effect.async((resume) => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const chunks: Array<Buffer> = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        stop()
        resume(Effect.fail(tooLarge(limit)))
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

const parse = (bytes: Buffer): Effect.Effect<unknown, InvalidInput> =>
  Effect.try({
    try: (): unknown => JSON.parse(utf8.decode(bytes)),
    catch: (cause) =>
      InvalidInput.of(
        ["body"],
        `must be JSON in UTF-8: ${cause instanceof Error ? cause.message : String(cause)}`,
        "json_invalid"
      )
  }).pipe(
    Effect.filterOrFail(
      (value) => !isDeeper(value, deepest),
      () => InvalidInput.of(["body"], `must not nest deeper than ${deepest} levels`, "value_error")
    )
  )

/** The JSON body of a request; undefined where there is none. `limit` is in bytes. */
export const readJson = (
  request: HttpServerRequest.HttpServerRequest,
  limit: number
): Effect.Effect<unknown, InvalidInput | PayloadTooLarge | UnsupportedMediaType> =>
  Effect.suspend((): Effect.Effect<unknown, InvalidInput | PayloadTooLarge | UnsupportedMediaType> => {
    const { "content-length": length, "content-type": mediaType, "transfer-encoding": encoding } = request.headers
    if (encoding === undefined && (length === undefined || length === "0")) {
      return Effect.void
    }
    if (mediaType !== undefined && !isJson(mediaType)) {
      return Effect.fail(new UnsupportedMediaType({ received: mediaType, expected: "application/json" }))
    }
    if (length !== undefined && Number(length) > limit) {
      return Effect.fail(tooLarge(limit))
    }
    return Effect.flatMap(
      readBytes(request, limit),
      (bytes) => (bytes.length === 0 ? Effect.void : parse(bytes))
    )
  })
