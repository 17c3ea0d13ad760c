import { Context, DateTime, Effect, ExecutionStrategy, Exit, Layer, Option, type ParseResult, Scope } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { ClientId } from "../domain/Ids.ts"
import type { InputIssue } from "../domain/Problem.ts"
import { localized, type Text, text } from "../domain/Text.ts"
import { below, fromParseIssue } from "../platform/http/InputIssues.ts"
import type { Connection } from "../platform/websocket/Connection.ts"
import * as Frame from "../platform/websocket/Frame.ts"
import * as FairSemaphore from "../policy/FairSemaphore.ts"
import {
  type ClientMessage,
  decodeClientMessage,
  encodeEvent,
  encodeRefusal,
  type Event,
  jsonProtocol,
  plainText
} from "./messages.ts"

/** One socket in the room. */
interface Member {
  readonly clientId: ClientId
  readonly connection: Connection
}

/** What the room adds to whatever happens. */
type Stamp = Pick<Event, "id" | "time">

const speaksJson = ({ connection }: Member): boolean => connection.protocol === jsonProtocol

/**
 * After so many deliveries, a few milliseconds of work, the event loop gets a turn: fibers alone would not give it one, and a busy
 * room would delay every other request.
 */
const deliveriesInARow = 256

/** The members, and the one place where events get their order. */
const makeRoster = Effect.gen(function*() {
  const members = new Set<Member>()
  // Effect's own semaphore wakes everyone who waits at each release: a fiber for each speaker, for every message.
  const turn = (yield* FairSemaphore.make(1)).withPermit
  let lastId = 0
  let deliveries = 0

  /** Queues the event for each of the audience before the next event may begin: everyone sees the same order. */
  const publish = (happen: (stamp: Stamp) => Event, audience: (member: Member) => boolean = () => true) =>
    Effect.gen(function*() {
      const event = happen({ id: lastId += 1, time: yield* DateTime.now })
      const plain = plainText(event)
      const plainFrame = plain === undefined ? undefined : Frame.text(plain)
      let jsonFrame: Frame.Frame | undefined
      for (const member of members) {
        if (!audience(member)) continue
        if (speaksJson(member)) jsonFrame ??= Frame.text(yield* Effect.orDie(encodeEvent(event)))
        const frame = speaksJson(member) ? jsonFrame : plainFrame
        if (frame === undefined) continue
        yield* member.connection.send(frame)
        deliveries += 1
        if (deliveries % deliveriesInARow === 0) yield* Effect.sleep(0)
      }
    })

  return {
    /** The newcomer is told as well: it is its first event. */
    join: (member: Member) =>
      turn(Effect.suspend(() => {
        members.add(member)
        return publish((stamp) => ({ ...stamp, kind: "joined", client_id: member.clientId }))
      })),
    leave: (member: Member) =>
      turn(Effect.suspend(() => {
        members.delete(member)
        return publish((stamp) => ({ ...stamp, kind: "left", client_id: member.clientId }))
      })),
    forget: (member: Member) => Effect.sync(() => members.delete(member)),
    say: (member: Member, said: string) =>
      turn(publish((stamp) => ({ ...stamp, kind: "message", client_id: member.clientId, text: said }))),
    /** False when no socket of that client id is here. */
    whisper: ({ clientId }: Member, to: ClientId, said: string) =>
      turn(Effect.suspend(() => {
        if (!Array.from(members).some((member) => member.clientId === to)) return Effect.succeed(false)
        const audience = (member: Member) => member.clientId === to || member.clientId === clientId
        const personal = publish(
          (stamp) => ({ ...stamp, kind: "personal", client_id: clientId, to, text: said }),
          audience
        )
        return Effect.as(personal, true)
      }))
  }
})

const refuse = Effect.fnUntraced(function*({ connection }: Member, why: Text, errors: ReadonlyArray<InputIssue>) {
  const detail = yield* localized(why)
  yield* connection.send(Frame.text(yield* Effect.orDie(encodeRefusal({ kind: "error", detail, errors }))))
})

const understand = (member: Member, received: string): Effect.Effect<ClientMessage, ParseResult.ParseError> =>
  speaksJson(member) ? decodeClientMessage(received) : Effect.succeed({ kind: "message", text: received })

/** What the handbook calls `process_message`, and a client's socket from joining to leaving. */
const makeConversation = Effect.gen(function*() {
  const { chatProcessing } = yield* AppConfig
  const roster = yield* makeRoster

  const process = (said: string) => Effect.as(Effect.sleep(chatProcessing), said.toUpperCase())

  const answer = Effect.fn("Room.answer")(function*(member: Member, message: ClientMessage) {
    const processed = yield* process(message.text)
    if (message.kind === "message") return yield* roster.say(member, processed)
    if (yield* roster.whisper(member, message.to, processed)) return
    const absent = text(`Le client ${message.to} n'est pas connecté.`, `Client ${message.to} is not connected.`)
    const issue = { loc: ["message", "to"], msg: yield* localized(absent), type: "not_connected" }
    yield* refuse(member, absent, [issue])
  })

  const hear = (member: Member, received: string) =>
    Effect.matchEffect(understand(member, received), {
      onFailure: ({ issue }) =>
        refuse(member, text("Message invalide", "Invalid message"), fromParseIssue(issue, below("message"))),
      onSuccess: (message) => answer(member, message)
    })

  /** One message after the other, until the connection is closed and all that it accepted is answered. */
  const converse = Effect.fnUntraced(function*(member: Member) {
    let received = yield* member.connection.receive
    while (Option.isSome(received)) {
      yield* hear(member, received.value)
      received = yield* member.connection.receive
    }
  })

  return Effect.fnUntraced(function*(clientId: ClientId, connection: Connection) {
    const member: Member = { clientId, connection }
    yield* Effect.logInfo(`Client ${clientId} joined the chat`)
    yield* roster.join(member).pipe(
      Effect.zipRight(Effect.interruptible(converse(member))),
      Effect.onExit((exit) => (Exit.isInterrupted(exit) ? roster.forget(member) : roster.leave(member)))
    )
    yield* Effect.logInfo(`Client ${clientId} left the chat (${(yield* connection.closed).code})`)
  })
})

/**
 * The handbook's chat room. Everyone sees the same events in the same order. What a client says is processed in its own order, one
 * message at a time, without delaying another client's; what was received before it left is still said. Text from a client goes
 * into no log line.
 */
export class Room extends Context.Tag("barista/chat/Room")<
  Room,
  {
    /**
     * Accepts a connection and makes it a member until it is closed; the effect ends then. Interrupted earlier, it closes the connection
     * with 1001. The connection's scope stays open until the last of its messages is answered.
     */
    readonly host: <E>(
      clientId: ClientId,
      accept: Effect.Effect<Connection, E, Scope.Scope>
    ) => Effect.Effect<void, E>
    /** Closes every connection with 1001, in the bounded time that each has for it, and accepts no more. The layer's scope does so too. */
    readonly stop: Effect.Effect<void>
  }
>() {
  static readonly layer = Layer.scoped(
    Room,
    Effect.gen(function*() {
      const converse = yield* makeConversation
      const conversations = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.parallel)

      const host = <E>(clientId: ClientId, accept: Effect.Effect<Connection, E, Scope.Scope>) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function*() {
            const scope = yield* Scope.make()
            const connection = yield* Effect.onError(
              Scope.extend(accept, scope),
              (cause) => Scope.close(scope, Exit.failCause(cause))
            )
            // Not of this fiber: the HTTP server interrupts it as soon as the client leaves.
            yield* converse(clientId, connection).pipe(
              Effect.tapDefect((cause) => Effect.logError("A chat conversation failed", cause)),
              Effect.onExit((exit) => Scope.close(scope, exit)),
              Effect.forkIn(conversations)
            )
            const stop = Effect.zipRight(connection.close(1001, "stopping"), connection.closed)
            yield* Effect.onInterrupt(restore(connection.closed), () => stop)
          })
        )
      return { host, stop: Scope.close(conversations, Exit.void) }
    })
  )
}
