import { Context, Effect, ExecutionStrategy, Exit, Layer, Option, type ParseResult, Scope } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { ClientId } from "../domain/Ids.ts"
import type { InputIssue } from "../domain/Problem.ts"
import { localized, type Text, text } from "../domain/Text.ts"
import { below, fromParseIssue } from "../platform/http/contract/InputIssues.ts"
import { pause } from "../platform/scheduler/pause.ts"
import type { Connection } from "../platform/websocket/Connection.ts"
import * as Frame from "../platform/websocket/Frame.ts"
import { type ClientMessage, decodeClientMessage, encodeErrorMessage } from "./messages.ts"
import { type Member, Roster, speaksJson } from "./Roster.ts"

const refuse = Effect.fnUntraced(function*({ connection }: Member, why: Text, errors: ReadonlyArray<InputIssue>) {
  const detail = yield* localized(why)
  connection.send(Frame.text(encodeErrorMessage({ kind: "error", detail, errors })))
})

const understand = (member: Member, received: string): Effect.Effect<ClientMessage, ParseResult.ParseError> =>
  speaksJson(member) ? decodeClientMessage(received) : Effect.succeed({ kind: "message", text: received })

/** Runs a client's socket from joining to leaving, with the handbook's `process_message`. */
const makeConversation = Effect.gen(function*() {
  const { chatProcessing } = yield* AppConfig
  const roster = yield* Roster

  const process = (said: string) => Effect.as(pause(chatProcessing), said.toUpperCase())

  const answer = Effect.fn("Room.answer")(function*(member: Member, message: ClientMessage) {
    const processed = yield* process(message.text)
    if (message.kind === "message") return yield* roster.say(member, processed)
    if (yield* roster.whisper(member, message.to, processed)) return
    const absent = text(`Le client ${message.to} n'est pas connecté.`, `Client ${message.to} is not connected.`)
    const issue = { loc: ["message", "to"], msg: absent, type: "not_connected" }
    yield* refuse(member, absent, [issue])
  })

  const hear = (member: Member, received: string) =>
    Effect.matchEffect(understand(member, received), {
      onFailure: ({ issue }) =>
        refuse(member, text("Message invalide", "Invalid message"), fromParseIssue(issue, below("message"))),
      onSuccess: (message) => answer(member, message)
    })

  /** Handles one message after the other until the connection is closed and all accepted messages are answered. */
  const converse = Effect.fnUntraced(function*(member: Member) {
    let received = yield* member.connection.receive
    while (Option.isSome(received)) {
      yield* hear(member, received.value)
      // gives other clients and the event loop their turn between two messages of one client
      yield* Effect.yieldNow()
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
 * The handbook's chat room, in which all members see the same events in the same order. One client's messages are
 * processed in order, one at a time, without delaying other clients. Messages received before a client left are still
 * sent. No log line contains a client's text.
 */
export class Room extends Context.Tag("barista/chat/Room")<
  Room,
  {
    /**
     * Accepts a connection and makes it a member; the effect ends when the connection is closed. Interruption closes
     * the connection with 1001. The connection's scope stays open until its last message is answered.
     */
    readonly host: <E>(
      clientId: ClientId,
      accept: Effect.Effect<Connection, E, Scope.Scope>
    ) => Effect.Effect<void, E>
    /**
     * Closes every connection with 1001, within its bounded time, and accepts no more. Closing the layer's scope does
     * the same.
     */
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
            // outside this fiber, which the HTTP server interrupts as soon as the client leaves
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
