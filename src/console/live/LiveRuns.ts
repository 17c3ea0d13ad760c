import { signal } from "@preact/signals"
import { askJson, listen, report, type StreamState } from "../api.ts"
import { merged } from "./runs.ts"
import type { Summary } from "./Summary.ts"

/** Runs kept in the page; the oldest that have ended leave it. */
export const mostRuns = 500

/** Milliseconds between two changes of the list, however many runs begin and end. */
const turn = 250

interface Page {
  readonly items: ReadonlyArray<Summary>
}

/** The runs that the server records, as they begin and end. */
export class LiveRuns {
  readonly runs = signal<ReadonlyArray<Summary>>([])
  readonly stream = signal<StreamState>("opening")
  readonly isPaused = signal(false)
  /** Runs that began or ended during the pause. */
  readonly held = signal(0)
  private arrived: Array<Summary> = []
  private timer: ReturnType<typeof setTimeout> | undefined

  /** Reads the newest runs and listens to the next ones, until the returned function is called. */
  readonly start = (): () => void => {
    const stop = listen("/timelines", {
      onEvent: ({ data, event }) => {
        if (event !== "summary") return
        const summary: Summary = JSON.parse(data)
        this.take([summary])
      },
      onState: (state) => {
        this.stream.value = state
        // what happened during a cut is in the list alone
        if (state === "open") askJson<Page>("/timelines?limit=200").then(({ items }) => this.take(items), report)
      }
    })
    return () => {
      stop()
      clearTimeout(this.timer)
    }
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused
    if (!isPaused) this.show()
  }

  private take(summaries: ReadonlyArray<Summary>): void {
    this.arrived.push(...summaries)
    // a reader who pauses for long finds the newest
    if (this.arrived.length > 2 * mostRuns) this.arrived = this.arrived.slice(-mostRuns)
    if (this.isPaused.peek()) this.held.value = this.arrived.length
    else this.timer ??= setTimeout(this.show, turn)
  }

  private readonly show = (): void => {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.isPaused.peek()) return
    this.runs.value = merged(this.runs.peek(), this.arrived, mostRuns)
    this.arrived = []
    this.held.value = 0
  }
}
