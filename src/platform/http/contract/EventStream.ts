import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Data, Duration, Effect, FiberHandle, Mailbox, Stream } from "effect"
import type { Values } from "../../../AppConfig.ts"
import { Locale } from "../../../domain/Text.ts"
import { preferredType } from "./Accept.ts"
import { varyOn } from "./ResponseHeaders.ts"

/** A server-sent event; its data and its id are one line each. */
export interface Event {
  /** Sent back as `Last-Event-ID` by a client that connects again. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** The client has read nothing for the time that it has; it will see the end of its stream if it ever goes on. */
export class ClientStalled extends Data.TaggedError("ClientStalled")<{ readonly after: Duration.Duration }> {}

/** Sends an event; waits while the client reads too slowly. */
export type Send = (event: Event) => Effect.Effect<void, ClientStalled>

/** The limits of an event stream. */
export type Options = Pick<Values, "eventsKeepAlive" | "eventsQueue" | "eventsReadTimeout" | "eventsRetry">

type Request = HttpServerRequest.HttpServerRequest

const contentType = "text/event-stream"

/** A comment, which clients ignore. */
export const comment = ":\n\n"

const encode = ({ data, event, id }: Event) => `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`

/** Answers JSON or events, whichever the request's `Accept` prefers, and says in `Vary` that it chose by it. */
export const negotiated = <A, E, B, E2>(
  request: Request,
  json: Effect.Effect<A, E>,
  events: Effect.Effect<B, E2>
): Effect.Effect<A | B, E | E2> =>
  Effect.zipRight(
    varyOn("accept"),
    Effect.suspend((): Effect.Effect<A | B, E | E2> =>
      preferredType(request.headers["accept"], ["application/json", contentType]) === contentType ? events : json
    )
  )

/** The id of the last event that a client saw before it connected again (WHATWG HTML, 9.2.4). */
export const lastEventId = ({ headers }: Request): string | undefined => headers["last-event-id"]

// no cache may keep the events of one client for another one
const uncached = { "cache-control": "no-store" }

/** Tells a client that has seen the last event to connect no more: on any other answer `EventSource` would, for ever. */
export const ended: HttpServerResponse.HttpServerResponse = HttpServerResponse.empty({ status: 204, headers: uncached })

/**
 * Answers with what `produce` sends, as server-sent events (WHATWG HTML, 9.2). It begins with the pause before a client connects again, so
 * that the client has the headers at once, and ends with `produce`. A client that leaves interrupts `produce`.
 */
export const response = (
  { eventsKeepAlive, eventsQueue, eventsReadTimeout, eventsRetry }: Options,
  produce: (send: Send) => Effect.Effect<void, ClientStalled>
): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const events = Effect.gen(function*() {
    const mailbox = yield* Mailbox.make<string>({ capacity: eventsQueue, strategy: "suspend" })
    const silence = yield* FiberHandle.make()
    const afterSilence = Effect.forever(Effect.zipRight(Effect.sleep(eventsKeepAlive), mailbox.offer(comment)))
    const endSilence = FiberHandle.run(silence, afterSilence)
    const send: Send = (event) =>
      mailbox.offer(encode(event)).pipe(
        Effect.timeoutFail({
          duration: eventsReadTimeout,
          onTimeout: () => new ClientStalled({ after: eventsReadTimeout })
        }),
        Effect.zipRight(endSilence)
      )
    yield* mailbox.offer(`retry: ${Duration.toMillis(eventsRetry)}\n\n`)
    yield* endSilence
    yield* produce(send).pipe(
      Effect.catchTag("ClientStalled", () => Effect.logDebug("the client of an event stream reads nothing")),
      Mailbox.into(mailbox),
      Effect.forkScoped
    )
    return Mailbox.toStream(mailbox)
  })
  return Effect.map(Locale, (language) =>
    HttpServerResponse.stream(Stream.encodeText(Stream.unwrapScoped(events)), {
      contentType,
      // a proxy that buffers would hold the events back
      headers: { ...uncached, "content-language": language, "x-accel-buffering": "no" }
    }))
}
