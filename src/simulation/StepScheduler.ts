import { Scheduler } from "effect"

/** Keeps runnable tasks until told to run them, by priority and then in the order of scheduling. */
export class StepScheduler implements Scheduler.Scheduler {
  readonly shouldYield = Scheduler.defaultShouldYield
  /** Tasks of the usual priority 0; most runs have no other. */
  private usual: Array<Scheduler.Task> = []
  private others: Scheduler.PriorityBuckets | undefined
  private round: ReadonlyArray<Scheduler.Task> = []
  private position = 0

  scheduleTask(task: Scheduler.Task, priority: number): void {
    if (priority === 0 && this.others === undefined) this.usual.push(task)
    else this.rare().scheduleTask(task, priority)
  }

  /** Runs one task; returns false if there is none. */
  runNext(): boolean {
    if (this.position === this.round.length) this.nextRound()
    const task = this.round[this.position]
    if (task === undefined) return false
    this.position++
    task()
    return true
  }

  /** Runs tasks until there is none. */
  runAll(): void {
    while (this.runNext()) continue
  }

  private nextRound(): void {
    this.position = 0
    if (this.others === undefined) {
      this.round = this.usual
    } else {
      this.round = this.others.buckets.flatMap(([, tasks]) => tasks)
      this.others = undefined
    }
    this.usual = []
  }

  private rare(): Scheduler.PriorityBuckets {
    if (this.others !== undefined) return this.others
    const buckets = new Scheduler.PriorityBuckets()
    for (const task of this.usual) buckets.scheduleTask(task, 0)
    return this.others = buckets
  }
}
