import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Array, Chunk, Effect, Exit, Mailbox, Option, Stream } from "effect"
import { InvalidInput, UnsupportedMediaType } from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"
import { waitFor, waiting } from "../../domain/Wait.ts"
import { type PreconditionFailed, unmet } from "../http/contract/Preconditions.ts"
import { Incoming } from "../http/exchange/Incoming.ts"
import { refusedCoding } from "../http/operation/RequestBody.ts"
import * as FormParser from "./FormParser.ts"
import * as FormRules from "./FormRules.ts"
import { parse as parseHeader } from "./HeaderParameters.ts"

const formData = "multipart/form-data"

/**
 * Bytes that a rejected client may still send before its connection is cut. Most clients read their answer only after
 * sending everything.
 */
const lingering = 16_777_216

/** Reads the boundary of a form (RFC 2046, 5.1.1). */
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
 * Discards a bounded amount of a rejected client's input after the answer, and then cuts the connection. Closed at
 * once, the connection would be reset and the answer lost; left open, node would read to the very end.
 */
const linger = (request: HttpServerRequest.HttpServerRequest) =>
  Effect.sync(() => {
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    if (source.readableEnded || source.destroyed) return
    // Nothing was sent yet, and the answer closes the connection.
    if (source instanceof Incoming && source.awaitsContinue) return
    // Starts reading, because node drains an unread request without a bound.
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

const waitsForPart = waitFor("queue", () => ({ name: "files of the form" }))

/**
 * Streams the files of a `multipart/form-data` request into `consume`, one after the other, and returns the results in
 * the order sent. Memory is bounded at any size, and the request's conditions are checked before its content. Only the
 * expected files are taken. The failures are 415 (another media type), 422 (a malformed, broken off or unexpected form)
 * and 413 (too large, too many files). A failure interrupts the running consumer.
 */
export const read = <A, E, R>(
  request: HttpServerRequest.HttpServerRequest,
  expected: FormRules.Expected,
  consume: (file: FormParser.IncomingFile) => Effect.Effect<A, E, R>
): Effect.Effect<
  Array.NonEmptyReadonlyArray<A>,
  E | FormRules.FormProblem | UnsupportedMediaType | PreconditionFailed,
  R
> =>
  Effect.gen(function*() {
    const boundary = yield* boundaryOf(request.headers["content-type"])
    yield* Option.match(refusedCoding(request.headers), { onNone: () => Effect.void, onSome: Effect.fail })
    yield* FormRules.checkLength(request.headers["content-length"], expected)
    yield* unmet(request) ?? Effect.void
    // Bounded, because a form has at most the allowed number of files.
    const files = yield* Mailbox.make<FormParser.IncomingFile>()
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    const parsed = Effect.zipRight(
      FormParser.parse(source, boundary, expected, (file) => void files.unsafeOffer(file)),
      files.end
    )
    const consumed = Mailbox.toStream(files).pipe(
      Stream.mapEffect((file) =>
        // Drains bytes that a consumer leaves unread, so that they do not hold up the next file.
        Effect.tap(consume(file), () => Effect.sync(() => void file.content.resume()))
      ),
      Stream.runCollect,
      waiting(waitsForPart)
    )
    // The first failure stops the other, even if the caller itself is uninterruptible.
    const [results] = yield* Effect.interruptible(Effect.all([consumed, parsed], { concurrency: 2 }))
    return yield* Effect.mapError(
      Option.liftPredicate(Chunk.toReadonlyArray(results), Array.isNonEmptyReadonlyArray),
      () => FormRules.missing(expected)
    )
  }).pipe(Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : linger(request))))
