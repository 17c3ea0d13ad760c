import { type Signal, signal, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import type { Timeline } from "../../timeline/Timeline.ts"
import { listen, type Refused } from "../api.ts"
import { findOpened } from "./files.ts"

/** A recording that is being loaded, is there and may grow, or was refused. */
export type Loaded = Signal<Timeline> | Refused | undefined

/** Takes a recording from the opened files, or else listens to the server's until it has ended. */
export const useTimeline = (id: string | undefined): Loaded => {
  const loaded = useSignal<{ readonly id: string; readonly value: Loaded } | undefined>(undefined)
  useEffect(() => {
    if (id === undefined) return
    const file = findOpened(id)
    loaded.value = { id, value: file?.timeline }
    if (file !== undefined) return
    let shown: Signal<Timeline> | undefined
    return listen(`/timelines/${encodeURIComponent(id)}`, {
      last: ["end"],
      onEvent: ({ data, event }) => {
        if (event !== "timeline" && event !== "end") return
        const timeline: Timeline = JSON.parse(data)
        if (shown === undefined) {
          shown = signal(timeline)
          loaded.value = { id, value: shown }
        } else shown.value = timeline
      },
      onRefused: (refused) => {
        loaded.value = { id, value: refused }
      }
    })
  }, [id])
  // just after another one is chosen the former is still there
  return loaded.value?.id === id ? loaded.value?.value : undefined
}
