import { type ReadonlySignal, useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { askJson, Refused, report } from "../api.ts"
import type { Experiment } from "./Chapter.ts"

/** Milliseconds between two looks at the figures of an experiment that runs. */
const pause = 300

/** Follows the figures of an experiment until it has ended. An unknown one, which may be old, has none. */
export const useExperiment = (id: string | undefined): ReadonlySignal<Experiment | undefined> => {
  const experiment = useSignal<Experiment | undefined>(undefined)
  useEffect(() => {
    experiment.value = undefined
    if (id === undefined) return
    const stop = new AbortController()
    let timer = 0
    const look = async (): Promise<void> => {
      const found = await askJson<Experiment>(`/experiments/${id}`, { signal: stop.signal })
      experiment.value = found
      if (found.state === "running") timer = setTimeout(follow, pause)
    }
    const follow = () => {
      look().catch((error: unknown) => {
        if (!(error instanceof Refused && error.problem.status === 404)) report(error)
      })
    }
    follow()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [id])
  return experiment
}

/** Waits for the end of an experiment, which another one would disturb. */
export const ended = async (id: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const { state } = await askJson<Experiment>(`/experiments/${id}`, { signal })
    if (state === "ended") return
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
