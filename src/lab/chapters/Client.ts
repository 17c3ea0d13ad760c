import { Effect } from "effect"
import { text } from "../../domain/Text.ts"
import { ExternalCalls } from "../../external/ExternalCalls.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabCalls from "../parts/LabCalls.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

/** « MAUVAIS : Client synchrone dans route async » and « BON : Client asynchrone », for many callers. */
export const client = LabChapter.make({
  name: "client",
  title: text("Un client bloquant, ou asynchrone", "A blocking client, or an asynchronous one"),
  about: text(
    "Un client HTTP bloquant tient sa boucle jusqu'à la réponse, même dans une fonction async. Le service amont voit alors un appel à la fois.",
    "A blocking HTTP client holds its event loop until the answer, even in an async function. The upstream then sees one call at a time."
  ),
  source: "src/external/ExternalCalls.ts",
  section: "Avec httpx (client HTTP asynchrone)",
  isPredictable: true,
  ways: {
    wrong: text("Le client bloque la boucle (sacrifiée)", "The client blocks the (sacrificial) event loop"),
    right: text("Le client rend la main pendant l'attente", "The client yields while it waits")
  },
  knobs: {
    tasks: tasksKnob(4, 20, text("Appelants", "Callers")),
    latency: millisKnob(200, [10, 1_000])
  },
  settings: ({ tasks }) => ({ blockingQueue: tasks }),
  services: (parts, values) => LabCalls.layer(parts, values),
  warmUp: Effect.zipRight(LabUpstream.warmUp, Effect.flatMap(ExternalCalls, ({ blocking }) => blocking)),
  programs: {
    wrong: ({ tasks }, tally) =>
      Effect.flatMap(ExternalCalls, ({ blocking }) => callers(tasks, () => tally.each(blocking))),
    right: ({ tasks }, tally) => Effect.flatMap(ExternalCalls, ({ single }) => callers(tasks, () => tally.each(single)))
  }
})
