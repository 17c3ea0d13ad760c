import { ask, type Problem, Refused } from "../api.ts"
import { ServerEvents } from "../frame/ServerEvents.ts"

/** The requests that have ended, and those expected; null where nobody knows. */
export interface Progress {
  readonly done: number
  readonly requests: number | null
}

/** Runs a simulation with progress. The end of the signal stops it on the server. */
export const simulate = async <A>(
  path: string,
  body: unknown,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal
): Promise<A> => {
  const response = await ask(path, {
    method: "POST",
    signal,
    headers: { accept: "text/event-stream" },
    ...(body !== undefined && { body })
  })
  const events = new ServerEvents()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const read = await reader?.read()
    if (read === undefined || read.done) throw new Error("the simulation broke off")
    for (const { data, event } of events.take(read.value)) {
      if (event === "progress") {
        const progress: Progress = JSON.parse(data)
        onProgress(progress)
      } else if (event === "error") {
        const problem: Problem = JSON.parse(data)
        throw new Refused(problem)
      } else if (event === "result") {
        const result: A = JSON.parse(data)
        return result
      }
    }
  }
}
