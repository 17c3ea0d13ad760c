import { Duration, Effect, Layer } from "effect"
import { Basics } from "../../basics/Basics.ts"
import { text } from "../../domain/Text.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabLoop from "../parts/LabLoop.ts"

/** « Routes synchrones vs asynchrones »: many callers of an operation that blocks, and of one that waits. */
export const blocking = LabChapter.make({
  name: "blocking",
  title: text("Bloquer la boucle, ou attendre", "Block the loop, or wait"),
  about: text(
    "Une opération bloquante arrête la boucle pour tous : chaque appelant attend ceux d'avant. Ici elle bloque une boucle sacrifiée, dans son propre thread.",
    "A blocking operation stops the event loop for everybody: each caller waits for those before. Here it blocks a sacrificial loop, in a thread of its own."
  ),
  source: "src/basics/Basics.ts",
  section: "Programmation synchrone vs asynchrone",
  isPredictable: true,
  ways: {
    wrong: text("sync-slow : les appelants font la queue", "sync-slow: the callers queue"),
    right: text("async-slow : tous attendent à la fois", "async-slow: all wait at once")
  },
  knobs: {
    tasks: tasksKnob(4, 20, text("Appelants", "Callers")),
    latency: millisKnob(300, [10, 1_000])
  },
  settings: ({ latency, tasks }) => ({ slowDuration: Duration.millis(latency), blockingQueue: tasks }),
  services: ({ loop }) => Basics.layer.pipe(Layer.provideMerge(loop)),
  warmUp: LabLoop.warmUp,
  programs: {
    wrong: ({ tasks }, tally) => Effect.flatMap(Basics, ({ syncSlow }) => callers(tasks, () => tally.each(syncSlow))),
    right: ({ tasks }, tally) => Effect.flatMap(Basics, ({ asyncSlow }) => callers(tasks, () => tally.each(asyncSlow)))
  }
})
