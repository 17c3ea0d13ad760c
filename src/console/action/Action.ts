import { signal } from "@preact/signals"
import { useMemo } from "preact/hooks"
import { ask, type Asked, Refused } from "../api.ts"
import { timelineIn } from "./links.ts"
import { newTrace } from "./trace.ts"

/** An action of the reader: whether it runs, how it failed, and the recording of its last request. */
export class Action {
  readonly isRunning = signal(false)
  readonly failure = signal<unknown>(undefined)
  readonly timeline = signal<string | undefined>(undefined)

  /** Sends a request that the server records; undefined if it failed, which `ActionResult` shows. */
  async run(path: string, asked: Asked): Promise<Response | undefined> {
    this.isRunning.value = true
    this.failure.value = undefined
    this.timeline.value = undefined
    try {
      const response = await ask(path, { ...asked, headers: { ...asked.headers, ...newTrace().headers } })
      this.timeline.value = timelineIn(response.headers.get("link"))
      return response
    } catch (error) {
      this.failure.value = error
      this.timeline.value = error instanceof Refused ? error.timeline : undefined
      return undefined
    } finally {
      this.isRunning.value = false
    }
  }
}

/** Makes an action that lives as long as its component. */
export const useAction = (): Action => useMemo(() => new Action(), [])
