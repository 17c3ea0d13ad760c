import { Context, DateTime, Effect, Layer } from "effect"
import type { ClientId } from "../domain/Ids.ts"
import type { Connection } from "../platform/websocket/Connection.ts"
import * as Frame from "../platform/websocket/Frame.ts"
import { encodeEvent, type Event, jsonProtocol, plainText } from "./messages.ts"

/** One socket in the room. */
export interface Member {
  readonly clientId: ClientId
  readonly connection: Connection
}

/** The fields that the room adds to every event. */
export type Stamp = Pick<Event, "id" | "time">

export const speaksJson = ({ connection }: Member): boolean => connection.protocol === jsonProtocol

/** Frames an event for each protocol, once, and only if a member speaks the protocol. */
const framesOf = (event: Event) => {
  const plain = plainText(event)
  let [plainFrame, jsonFrame]: [Frame.Frame | undefined, Frame.Frame | undefined] = [undefined, undefined]
  return (member: Member): Frame.Frame | undefined => {
    if (speaksJson(member)) return jsonFrame ??= Frame.text(encodeEvent(event))
    if (plain !== undefined) return plainFrame ??= Frame.text(plain)
    return undefined
  }
}

/** True if an event is for a member: a personal message is for both client ids, any other one for everyone. */
const concerns = (event: Event, { clientId }: Member): boolean =>
  event.kind !== "personal" || clientId === event.to || clientId === event.client_id

/** Queues an event for its audience in one tick, before any other event, so that all members see the same order. */
export const deliver = (event: Event, members: Iterable<Member>): void => {
  const frameFor = framesOf(event)
  for (const member of members) {
    const frame = concerns(event, member) ? frameFor(member) : undefined
    if (frame !== undefined) member.connection.send(frame)
  }
}

/** Holds the members and alone gives events their order. */
export class Roster extends Context.Tag("barista/chat/Roster")<Roster, {
  /** Adds a member, whose first event is its own arrival. */
  readonly join: (member: Member) => Effect.Effect<void>
  readonly leave: (member: Member) => Effect.Effect<void>
  /** Removes a member of a server that stops, and tells nobody here. */
  readonly forget: (member: Member) => Effect.Effect<void>
  readonly say: (member: Member, said: string) => Effect.Effect<void>
  /** Sends a personal message; returns false if that client id has no socket. */
  readonly whisper: (member: Member, to: ClientId, said: string) => Effect.Effect<boolean>
  /** Counts the members by the name of their server; `own` is the name of this one. */
  readonly members: (own: string) => Effect.Effect<ReadonlyMap<string, number>>
}>() {
  /** The roster of one server, in memory. */
  static readonly local = Layer.sync(Roster, () => {
    const members = new Set<Member>()
    let lastId = 0

    const publish = (happen: (stamp: Stamp) => Event) =>
      Effect.map(DateTime.now, (time) => deliver(happen({ id: lastId += 1, time }), members))

    return {
      join: (member) =>
        Effect.suspend(() => {
          members.add(member)
          return publish((stamp) => ({ ...stamp, kind: "joined", client_id: member.clientId }))
        }),
      leave: (member) =>
        Effect.suspend(() => {
          members.delete(member)
          return publish((stamp) => ({ ...stamp, kind: "left", client_id: member.clientId }))
        }),
      forget: (member) => Effect.sync(() => members.delete(member)),
      say: (member, said) =>
        publish((stamp) => ({ ...stamp, kind: "message", client_id: member.clientId, text: said })),
      whisper: ({ clientId }, to, said) =>
        Effect.suspend(() =>
          Array.from(members).some((member) => member.clientId === to)
            ? Effect.as(
              publish((stamp) => ({ ...stamp, kind: "personal", client_id: clientId, to, text: said })),
              true
            )
            : Effect.succeed(false)
        ),
      members: (own) => Effect.sync(() => new Map([[own, members.size]]))
    }
  })
}
