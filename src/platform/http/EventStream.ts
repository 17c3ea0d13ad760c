import { HttpServerResponse } from "@effect/platform"
import { Data, type Duration, Effect, FiberHandle, Mailbox, Stream } from "effect"

/** A server-sent event; its data is one line. */
export interface Event {
  readonly event: string
  readonly data: string
}

/** The client has read nothing for the time that it has; it will see the end of its stream if it ever goes on. */
export class ClientStalled extends Data.TaggedError("ClientStalled")<{ readonly after: Duration.Duration }> {}

/** Sends an event; waits while the client reads too slowly. */
export type Send = (event: Event) => Effect.Effect<void, ClientStalled>

export interface Options {
  /** Silence after which a comment is sent. */
  readonly keepAlive: Duration.Duration
  /** Most events that wait for the client. */
  readonly queue: number
  /** How long an event may wait for a place in that queue. */
  readonly readTimeout: Duration.Duration
}

const comment = ":\n\n"

const encode = ({ data, event }: Event) => `event: ${event}\ndata: ${data}\n\n`

/** Whether an `Accept` header asks for an event stream. */
export const isAskedFor = (accept: string | undefined): boolean =>
  (accept ?? "").split(",").some((range) => /^\s*text\/event-stream\s*(;(?!\s*q=0(\.0*)?\s*$)|$)/i.test(range))

/**
 * Answers with what `produce` sends, as server-sent events (WHATWG HTML, 9.2). It begins with a comment, so that the client has the headers
 * at once, and ends with `produce`. A client that leaves interrupts `produce`.
 */
export const response = (
  { keepAlive, queue, readTimeout }: Options,
  produce: (send: Send) => Effect.Effect<void, ClientStalled>
): HttpServerResponse.HttpServerResponse => {
  const events = Effect.gen(function*() {
    const mailbox = yield* Mailbox.make<string>({ capacity: queue, strategy: "suspend" })
    const silence = yield* FiberHandle.make()
    const afterSilence = Effect.forever(Effect.zipRight(Effect.sleep(keepAlive), mailbox.offer(comment)))
    const endSilence = FiberHandle.run(silence, afterSilence)
    const send: Send = (event) =>
      mailbox.offer(encode(event)).pipe(
        Effect.timeoutFail({ duration: readTimeout, onTimeout: () => new ClientStalled({ after: readTimeout }) }),
        Effect.zipRight(endSilence)
      )
    yield* mailbox.offer(comment)
    yield* endSilence
    yield* produce(send).pipe(
      Effect.catchTag("ClientStalled", () => Effect.logDebug("the client of an event stream reads nothing")),
      Mailbox.into(mailbox),
      Effect.forkScoped
    )
    return Mailbox.toStream(mailbox)
  })
  return HttpServerResponse.stream(Stream.encodeText(Stream.unwrapScoped(events)), {
    contentType: "text/event-stream",
    // a proxy that buffers would hold the events back
    headers: { "cache-control": "no-store", "x-accel-buffering": "no" }
  })
}
