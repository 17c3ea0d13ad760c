import { useComputed, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { useNow } from "../action/useNow.ts"
import { listen, type StreamState } from "../api.ts"
import type { Nodes } from "./Node.ts"

/** Milliseconds after which a server that tells nothing has no news, as it tells some each second. */
const mostSilence = 5000

/** The servers as one of them told last. */
export interface Watched {
  readonly nodes: Nodes | undefined
  /** The database's time in milliseconds since the epoch. It stands still while no server tells anything. */
  readonly now: number
  readonly state: StreamState
  readonly failure: unknown
}

/** Listens to the servers by an event stream of the one that serves the console, again and again until it is back. */
export const useNodes = (): Watched => {
  const told = useSignal<{ readonly nodes: Nodes; readonly at: number } | undefined>(undefined)
  const stream = useSignal<StreamState>("opening")
  const failure = useSignal<unknown>(undefined)
  useEffect(
    () =>
      listen("/nodes", {
        onEvent: ({ data }) => {
          const nodes: Nodes = JSON.parse(data)
          told.value = { nodes, at: Date.now() }
        },
        onState: (state) => {
          stream.value = state
        },
        onRefused: (error) => {
          failure.value = error
        }
      }),
    []
  )
  const isOpen = useComputed(() => stream.value === "open" && told.value !== undefined)
  const here = useNow(isOpen.value)
  const last = told.value
  const silence = last === undefined ? 0 : Math.max(0, here - last.at)
  return {
    nodes: last?.nodes,
    now: last === undefined ? 0 : Date.parse(last.nodes.read_at) + (isOpen.value ? Math.min(silence, mostSilence) : 0),
    // a server whose database is away keeps the stream open
    state: silence > mostSilence && stream.value === "open" ? "waiting" : stream.value,
    failure: failure.value
  }
}
