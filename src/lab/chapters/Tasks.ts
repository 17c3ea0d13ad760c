import { Duration, Effect, Layer } from "effect"
import { Basics, TaskCount } from "../../basics/Basics.ts"
import { text } from "../../domain/Text.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import * as LabLoop from "../parts/LabLoop.ts"

/** « Routes synchrones vs asynchrones »: three operations one after the other, and at once. */
export const tasks = LabChapter.make({
  name: "tasks",
  title: text("L'une après l'autre, ou à la fois", "One after the other, or at once"),
  about: text(
    "Attendre ne coûte rien, si l'on attend tout à la fois. Des tâches qui bloquent leur boucle ne le peuvent pas.",
    "Waiting costs nothing if all waits happen at once. Tasks that block their event loop cannot do that."
  ),
  source: "src/basics/Basics.ts",
  section: "Routes synchrones vs asynchrones",
  isPredictable: true,
  ways: {
    wrong: text("Chaque tâche bloque la boucle (sacrifiée)", "Each task blocks the (sacrificial) event loop"),
    right: text("Toutes dorment à la fois", "All sleep at once")
  },
  knobs: { tasks: tasksKnob(3, 20), latency: millisKnob(300, [10, 1_000]) },
  settings: ({ latency }) => ({ taskDuration: Duration.millis(latency) }),
  services: ({ loop }, { tasks }) =>
    Basics.layer.pipe(
      Layer.provide(Layer.succeed(TaskCount, tasks)),
      Layer.provideMerge(loop)
    ),
  warmUp: LabLoop.warmUp,
  programs: {
    wrong: (_, tally) => Effect.flatMap(Basics, ({ syncMultiple }) => tally.together(syncMultiple)),
    right: (_, tally) => Effect.flatMap(Basics, ({ asyncMultiple }) => tally.together(asyncMultiple))
  }
})
