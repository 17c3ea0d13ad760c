import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Array, Chunk, Effect, Exit, Mailbox, Option, Stream } from "effect"
import { InvalidInput, UnsupportedMediaType } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { type PreconditionFailed, unmet } from "../http/contract/Preconditions.ts"
import { Incoming } from "../http/exchange/Incoming.ts"
import { refusedCoding } from "../http/operation/RequestBody.ts"
import * as FormParser from "./FormParser.ts"
import * as FormRules from "./FormRules.ts"
import { parse as parseHeader } from "./HeaderParameters.ts"

const formData = "multipart/form-data"

/** Bytes that a refused client may still send before it is cut off; most clients read their answer only when all is sent. */
const lingering = 16_777_216

/** The boundary of a form (RFC 2046, 5.1.1). */
const boundaryOf = (contentType: string | undefined) => {
  const header = Option.flatMap(Option.fromNullable(contentType), parseHeader)
  if (Option.isNone(header) ? contentType?.startsWith(formData) !== true : header.value.value !== formData) {
    return Effect.fail(UnsupportedMediaType.of("Content-Type", contentType, formData))
  }
  return header.pipe(
    Option.flatMapNullable(({ parameters }) => parameters.get("boundary")),
    Option.filter((boundary) => /^[\x20-\x7e]{0,69}[!-~]$/.test(boundary)),
    Effect.mapError(() =>
      InvalidInput.of(
        ["body"],
        text(
          "Content-Type ne nomme pas de délimiteur de 1 à 70 caractères",
          "Content-Type names no boundary of 1 to 70 characters"
        ),
        "value_error"
      )
    )
  )
}

/**
 * Once a refusal is answered, discards a bounded amount of what the client still sends and then cuts it off: closed at once, the
 * connection would be reset and the answer lost; left alone, node would read on to the very end.
 */
const linger = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    if (source.readableEnded || source.destroyed) return
    // nothing was sent yet, and the answer closes the connection
    if (source instanceof Incoming && source.awaitsContinue) return
    // a request of which nothing was read is dumped by node without a bound
    source.read(0)
    NodeHttpServerRequest.toServerResponse(request).once("finish", () => {
      let discarded = 0
      source
        .on("data", (chunk: Buffer) => {
          discarded += chunk.length
          if (discarded > lingering) source.socket.destroy()
        })
        .resume()
    })
  })

/**
 * Streams the files of a `multipart/form-data` request, one after the other, into `consume`; answers what it made of them, in the order
 * sent. Memory is bounded whatever the size; the request's conditions go before its content; nothing but the expected files is taken (415 another media type, 422 a malformed, broken
 * off or unexpected form, 413 too large or too many). A refusal interrupts the consumer that is under way.
 */
export const read = <A, E, R>(
  request: HttpServerRequest.HttpServerRequest,
  expected: FormRules.Expected,
  consume: (file: FormParser.IncomingFile) => Effect.Effect<A, E, R>
): Effect.Effect<
  Array.NonEmptyReadonlyArray<A>,
  E | FormRules.Refusal | UnsupportedMediaType | PreconditionFailed,
  R
> =>
  Effect.gen(function*() {
    const boundary = yield* boundaryOf(request.headers["content-type"])
    yield* Option.match(refusedCoding(request.headers), { onNone: () => Effect.void, onSome: Effect.fail })
    yield* FormRules.checkLength(request.headers["content-length"], expected)
    yield* unmet(request) ?? Effect.void
    // never holds more than the files that a form may have
    const files = yield* Mailbox.make<FormParser.IncomingFile>()
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const parsed = Effect.zipRight(
      FormParser.parse(source, boundary, expected, (file) => void files.unsafeOffer(file)),
      files.end
    )
    const consumed = Mailbox.toStream(files).pipe(
      Stream.mapEffect((file) =>
        // whatever a consumer leaves unread must not hold up the next file
        Effect.tap(consume(file), () => Effect.sync(() => void file.content.resume()))
      ),
      Stream.runCollect
    )
    // whichever fails first stops the other, also where the caller itself may not be interrupted
    const [results] = yield* Effect.interruptible(Effect.all([consumed, parsed], { concurrency: 2 }))
    return yield* Effect.mapError(
      Option.liftPredicate(Chunk.toReadonlyArray(results), Array.isNonEmptyReadonlyArray),
      () => FormRules.missing(expected)
    )
  }).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : linger(request))))
