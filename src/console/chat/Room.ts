/** A message from the server, in the subprotocol `barista.v1+json`. */
export type Received =
  | {
    readonly kind: "message" | "personal" | "joined" | "left"
    readonly id: number
    readonly client_id: number
    readonly to?: number
    readonly text?: string
    readonly time: string
  }
  | { readonly kind: "error"; readonly detail: string }

/** A line of the conversation, with a key that no other line of the window has. */
export type Line =
  & { readonly key: number }
  & (Received | { readonly kind: "connected" } | {
    readonly kind: "closed"
    readonly code: number
    readonly reason: string
    readonly again: boolean
  })

/** The conversation as one client has seen it. */
export interface Room {
  /** Sockets by client id, as far as this client has seen them come, speak or go. */
  readonly present: ReadonlyMap<number, number>
  readonly lines: ReadonlyArray<Line>
}

export const empty: Room = { present: new Map(), lines: [] }

/** Lines of a window; older ones are dropped. */
export const mostLines = 200

type NewLine = Line extends infer Each ? Each extends Line ? Omit<Each, "key"> : never : never

const presentAfter = (present: ReadonlyMap<number, number>, line: NewLine): ReadonlyMap<number, number> => {
  if (line.kind === "connected" || line.kind === "closed") return new Map()
  if (line.kind === "error") return present
  const sockets = present.get(line.client_id) ?? 0
  const now = new Map(present)
  // somebody who speaks was there before this client came
  const after = line.kind === "joined" ? sockets + 1 : line.kind === "left" ? sockets - 1 : Math.max(1, sockets)
  if (after > 0) now.set(line.client_id, after)
  else now.delete(line.client_id)
  return now
}

/** Adds a line to the conversation, and keeps who is there. A new connection knows nobody yet. */
export const heard = ({ lines, present }: Room, line: NewLine): Room => ({
  present: presentAfter(present, line),
  lines: [...lines, { ...line, key: (lines.at(-1)?.key ?? 0) + 1 }].slice(-mostLines)
})
