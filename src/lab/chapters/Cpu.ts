import { Effect, Layer } from "effect"
import { text } from "../../domain/Text.ts"
import { BlockingLoop } from "../../platform/workers/blocking/BlockingLoop.ts"
import { CpuPool } from "../../platform/workers/cpu/CpuPool.ts"
import { tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabLoop from "../parts/LabLoop.ts"
import * as LabPool from "../parts/LabPool.ts"

/** « Quand utiliser async/await »: computations on an event loop, and on a pool of threads. */
export const cpu = LabChapter.make({
  name: "cpu",
  title: text("Calculer sur la boucle, ou à côté", "Compute on the loop, or beside it"),
  about: text(
    "Un calcul n'attend rien : async ne l'aide pas, il arrête la boucle. Des threads calculent à côté. La boucle qui souffre ici est la sacrifiée, jamais celle du serveur.",
    "A computation waits for nothing, so async does not help it: it stops the loop. Threads compute beside the loop. The loop that suffers here is the sacrificial one, never the server's."
  ),
  source: "src/compute/Compute.ts",
  section: "Quand utiliser async/await",
  isPredictable: false,
  ways: {
    wrong: text("Sur la boucle (sacrifiée)", "On the (sacrificial) event loop"),
    right: text("Sur deux threads de calcul", "On two threads of the pool")
  },
  knobs: {
    tasks: tasksKnob(4, 10, text("Calculs", "Computations")),
    work: { title: text("Travail", "Work"), unit: "M i²", range: [1, 100], fallback: 40 }
  },
  settings: ({ tasks }) => ({ blockingQueue: tasks, cpuWorkers: LabPool.threads, cpuQueue: tasks }),
  services: ({ loop }) => Layer.merge(loop, CpuPool.layer),
  warmUp: Effect.zipRight(LabLoop.warmUp, LabPool.warmUp),
  programs: {
    wrong: ({ tasks, work }, tally) =>
      Effect.flatMap(BlockingLoop, (loop) => callers(tasks, () => tally.each(loop.sumOfSquares(work * LabPool.unit)))),
    right: ({ tasks, work }, tally) =>
      Effect.flatMap(CpuPool, (pool) => callers(tasks, () => tally.each(pool.sumOfSquares(work * LabPool.unit))))
  }
})
