// Checks of what the members of a room read.
import { Effect } from "effect"
import { type Check, exactly, without } from "../../harness/checks.ts"
import { type Heard, type Member, until } from "./Member.ts"
import type { Room } from "./Room.ts"

const describe = ({ client_id, id, kind, text = "" }: Heard) => `${id} ${kind} of ${client_id} ${text}`.trim()

/** Lists places where a socket's events have gaps or go back. There are no personal messages in these rooms. */
export const gaps = (members: ReadonlyArray<Member>): ReadonlyArray<string> =>
  members.flatMap((member) =>
    member.stays.flatMap(({ heard }) =>
      heard.flatMap((event, place) => {
        const before = heard[place - 1]
        return before === undefined || event.id === before.id + 1
          ? []
          : [`member ${member.id}: ${describe(event)} after ${before.id}`]
      })
    )
  )

/** Lists events that two members read differently under one id. `epoch` tells the stays that share their ids. */
export const disagreements = (members: ReadonlyArray<Member>, stayOf: (member: Member) => number) => {
  const known = new Map<number, string>()
  return members.flatMap((member) =>
    (member.stays.at(stayOf(member))?.heard ?? []).flatMap((event) => {
      const told = describe(event)
      const other = known.get(event.id) ?? told
      known.set(event.id, other)
      return other === told ? [] : [`member ${member.id} read ${told}, others ${other}`]
    })
  )
}

/** Lists messages of clients that were not in the room, as one member read it. */
export const ghosts = ({ id, stays }: Member): ReadonlyArray<string> =>
  stays.flatMap(({ heard }) => {
    const left = new Map<number, number>()
    return heard.flatMap((event) => {
      if (event.kind === "left") left.set(event.client_id, event.id)
      if (event.kind === "joined") left.delete(event.client_id)
      return event.kind === "message" && left.has(event.client_id)
        ? [`member ${id} read ${describe(event)} after its leaving at ${left.get(event.client_id)}`]
        : []
    })
  })

/** Counts the events of a kind by client, among those that a member read from a place on. */
export const countOf = (heard: ReadonlyArray<Heard>, kind: string, of: ReadonlyArray<number>) =>
  of.map((id) => heard.filter((event) => event.kind === kind && event.client_id === id).length)

/** Lets each member say a word, and checks that all members read all of them, so that nobody is silent or deaf. */
export const roundOfWords = (name: string, members: ReadonlyArray<Member>) =>
  Effect.gen(function*() {
    const word = (id: number) => `${name} ${id}`.toUpperCase()
    for (const member of members) member.say(word(member.id))
    const missing = () =>
      members.flatMap((listener) => {
        const read = (listener.stays.at(-1)?.heard ?? []).flatMap(({ kind, text }) => kind === "message" ? [text] : [])
        return members.flatMap(({ id }) => {
          const times = read.filter((text) => text === word(id)).length
          return times === 1 ? [] : [`member ${listener.id} read the word of ${id} ${times} times`]
        })
      })
    yield* until(20, () => missing().length === 0)
    return without(`${name}: everyone reads everyone's word once`, missing())
  })

/** Checks that the tables have each member once, and each server. */
export const presence = (name: string, { rows }: Room, members: ReadonlyArray<Member>, servers: number) =>
  Effect.gen(function*() {
    const present = yield* rows("SELECT client_id::int AS id FROM chat_members ORDER BY client_id")
    const ids = members.map(({ id }) => id).toSorted((one, other) => one - other)
    const [nodes] = yield* rows("SELECT COUNT(*)::int AS n FROM nodes")
    return [
      {
        name: `${name}: the database knows each member once, and nobody else`,
        measured: `${present.length} of ${ids.length}`,
        met: JSON.stringify(present.map(({ id }) => id)) === JSON.stringify(ids)
      },
      exactly(`${name}: servers in the room`, servers, Number(nodes?.["n"]))
    ] satisfies ReadonlyArray<Check>
  })
