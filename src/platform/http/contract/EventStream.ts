import { Sse } from "@effect/experimental"
import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Data, type Duration, Effect, FiberHandle, Mailbox, Option, Stream } from "effect"
import { createHash } from "node:crypto"
import type { Values } from "../../../AppConfig.ts"
import { Locale } from "../../../domain/Text.ts"
import { waitFor, waiting } from "../../../domain/Wait.ts"
import { preferredType } from "./Accept.ts"
import { varyOn } from "./ResponseHeaders.ts"

/** A server-sent event. Its id and its name are one line each; newlines in the data are encoded. */
export interface Event {
  /** Id that a client sends back as `Last-Event-ID` when it connects again. */
  readonly id: string
  readonly event: string
  readonly data: string
}

/** The client has read nothing for the allowed time. If the client reads again later, the stream has ended. */
export class ClientStalled extends Data.TaggedError("ClientStalled")<{ readonly after: Duration.Duration }> {}

/** Sends events together, and waits while the client reads too slowly (backpressure). */
export type Send = (...events: ReadonlyArray<Event>) => Effect.Effect<void, ClientStalled>

export type Options = Pick<Values, "eventsKeepAlive" | "eventsQueue" | "eventsReadTimeout" | "eventsRetry">

type Request = HttpServerRequest.HttpServerRequest

const contentType = "text/event-stream"

/** A comment line, which clients ignore. */
export const comment = ":\n\n"

/** Answers JSON or events, as the request's `Accept` prefers, and adds `Vary: accept`. */
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

/** Id of the last event that a client saw before it connected again (WHATWG HTML, 9.2.4). */
export const lastEventId = ({ headers }: Request): string | undefined => headers["last-event-id"]

// No cache may keep the events of one client for another client.
const uncached = { "cache-control": "no-store" }

/**
 * Tells a client that has seen the last event not to connect again. After any other answer `EventSource` reconnects for
 * ever.
 */
export const ended: HttpServerResponse.HttpServerResponse = HttpServerResponse.empty({ status: 204, headers: uncached })

/** Texts of events, each made once even if many clients get the event. */
const texts = new WeakMap<Event, string>()

const written = (event: Event): string => {
  const known = texts.get(event)
  if (known !== undefined) return known
  const text = Sse.encoder.write({ _tag: "Event", ...event })
  texts.set(event, text)
  return text
}

const waitsForReader = waitFor("queue", () => ({ name: "events" }))
const waitsForEvent = waitFor("queue", () => ({ name: "next event" }))

/** Streams a mailbox to its end; `Mailbox.toStream` would not say what it waits for. */
const streamOf = (mailbox: Mailbox.ReadonlyMailbox<string>): Stream.Stream<string> =>
  Stream.paginateChunkEffect(
    undefined,
    () =>
      Effect.map(
        waiting(waitsForEvent)(mailbox.takeAll),
        ([events, isDone]) => [events, isDone ? Option.none() : Option.some(undefined)] as const
      )
  )

/**
 * Answers with the server-sent events (WHATWG HTML, 9.2) that `produce` sends, and ends when `produce` ends. The stream
 * opens with the reconnection time, so that the client gets the headers at once. A client that leaves interrupts
 * `produce`.
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
    const send: Send = (...events) =>
      mailbox.offer(events.map(written).join("")).pipe(
        waiting(waitsForReader),
        Effect.timeoutFail({
          duration: eventsReadTimeout,
          onTimeout: () => new ClientStalled({ after: eventsReadTimeout })
        }),
        Effect.zipRight(endSilence)
      )
    yield* mailbox.offer(Sse.encoder.write(new Sse.Retry({ duration: eventsRetry, lastEventId: undefined })))
    yield* endSilence
    yield* produce(send).pipe(
      Effect.catchTag("ClientStalled", () => Effect.logDebug("event stream dropped: its client does not read")),
      Mailbox.into(mailbox),
      Effect.forkScoped
    )
    return streamOf(mailbox)
  })
  return Effect.map(Locale, (language) =>
    HttpServerResponse.stream(Stream.encodeText(Stream.unwrapScoped(events)), {
      contentType,
      // Stops proxies from buffering, which would delay the events.
      headers: { ...uncached, "content-language": language, "x-accel-buffering": "no" }
    }))
}

/** Makes an event whose id is a digest of its data, so a client that returns with the id has seen this state. */
export const stateEvent = (event: string, data: string): Event => ({
  id: createHash("sha256").update(data).digest("base64url").slice(0, 16),
  event,
  data
})

/** Answers with the states that a client has not seen yet, each of which replaces the one before. */
export const states = (
  options: Options,
  { seen, stopping }: { readonly seen: string | undefined; readonly stopping: Effect.Effect<void> },
  events: Stream.Stream<Event>
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  response(options, (send) =>
    events.pipe(
      Stream.interruptWhen(stopping),
      Stream.dropWhile((event) => event.id === seen),
      Stream.changesWith((one, other) => one.id === other.id),
      Stream.runForEach(send)
    ))
