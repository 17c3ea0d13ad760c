import { Effect, Runtime } from "effect"
import { brokenLaws, type Law } from "../../timeline/conservation.ts"
import type { Recorded } from "./Recorded.ts"

/** Violations since the start, by law. */
export type Broken = Readonly<Partial<Record<Law, number>>>

/** Checks ended recordings by the laws that hold for each; logs violations, and counts them by law. */
export class LawCheck {
  private readonly runtime: Runtime.Runtime<never>
  private readonly counts = new Map<Law, number>()

  constructor(runtime: Runtime.Runtime<never>) {
    this.runtime = runtime
  }

  get broken(): Broken {
    return Object.fromEntries(this.counts)
  }

  /** Checks a recording after this turn of the event loop, when stalls have found their victims. */
  ended(recorded: Recorded): void {
    setImmediate(() => this.check(recorded))
  }

  private check(recorded: Recorded): void {
    const timeline = recorded.timeline()
    const { id, lost, name } = timeline
    // a recording that lost events may contradict itself
    if (lost.events || lost.fibers > 0 || lost.spans > 0) return
    for (const { fault, law } of brokenLaws(timeline)) {
      this.counts.set(law, (this.counts.get(law) ?? 0) + 1)
      Runtime.runFork(
        this.runtime,
        Effect.annotateLogs(Effect.logError(`a timeline breaks the law of ${law}: ${fault}`), { timeline: id, name })
      )
    }
  }
}
