import { type ReadonlySignal, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { Refused, report } from "../api.ts"
import type { Progress } from "./simulate.ts"

/** Work on the server that the reader starts, follows and may stop. A second start stops the first. */
export interface Running {
  readonly progress: ReadonlySignal<Progress | undefined>
  readonly refused: ReadonlySignal<Refused | undefined>
  readonly start: (work: (onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<void>) => void
  readonly stop: () => void
}

export const useRun = (): Running => {
  const progress = useSignal<Progress | undefined>(undefined)
  const refused = useSignal<Refused | undefined>(undefined)
  const present = useRef<AbortController | undefined>(undefined)
  const stop = () => {
    present.current?.abort()
    progress.value = undefined
  }
  useEffect(() => stop, [])
  return {
    progress,
    refused,
    stop,
    start: (work) => {
      stop()
      const own = new AbortController()
      present.current = own
      refused.value = undefined
      progress.value = { done: 0, requests: null }
      const tell = (told: Progress) => {
        if (!own.signal.aborted) progress.value = told
      }
      work(tell, own.signal).catch((error: unknown) => {
        if (own.signal.aborted) return
        if (error instanceof Refused) refused.value = error
        else report(error)
      }).finally(() => {
        if (!own.signal.aborted) progress.value = undefined
      })
    }
  }
}
