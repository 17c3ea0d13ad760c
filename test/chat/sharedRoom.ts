import { expect } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Queue } from "effect"
import { jsonProtocol } from "../../src/chat/messages.ts"
import { type Member, Roster } from "../../src/chat/Roster.ts"
import * as SharedRoster from "../../src/chat/SharedRoster.ts"
import { ClientId } from "../../src/domain/Ids.ts"
import * as Postgres from "../support/postgres.ts"

/** An event as a member of the JSON protocol reads it. */
export type Seen = { readonly id: number; readonly kind: string; readonly client_id: number; readonly text?: string }

/** A member with a connection in memory. */
export const memberOf = Effect.fnUntraced(function*(id: number) {
  const seen = yield* Queue.unbounded<Seen>()
  const closed = yield* Queue.unbounded<number>()
  const member: Member = {
    clientId: ClientId.make(id),
    connection: {
      protocol: jsonProtocol,
      receive: Effect.never,
      send: ({ bytes, length }) =>
        void Queue.unsafeOffer(seen, JSON.parse(bytes.toString("utf8", bytes.length - length))),
      close: (code) => Effect.asVoid(Queue.offer(closed, code)),
      closed: Effect.never
    }
  }
  return { member, seen, closed, take: (count: number) => Effect.replicateEffect(Queue.take(seen), count) }
})

/** A member that has read its own arrival. */
export const joined = Effect.fnUntraced(function*(roster: typeof Roster.Service, id: number) {
  const made = yield* memberOf(id)
  yield* roster.join(made.member)
  expect(yield* Queue.take(made.seen)).toMatchObject({ kind: "joined", client_id: id })
  return made
})

/** Builds a server's roster on a database. */
export const serverOn = (url: string) =>
  Effect.map(
    Layer.build(SharedRoster.layer.pipe(
      Layer.provideMerge(Postgres.layerOf(url)),
      Layer.provide(Logger.remove(Logger.defaultLogger))
    )),
    (context) => ({ roster: Context.get(context, Roster), context })
  )
