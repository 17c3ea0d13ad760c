import { Effect } from "effect"
import { text } from "../../domain/Text.ts"
import { ExternalCalls } from "../../external/ExternalCalls.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { inTurn } from "../parts/callers.ts"
import * as LabCalls from "../parts/LabCalls.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

/** « EXCELLENT : Appels multiples en parallèle »: the same calls awaited one by one, and all at once. */
export const parallel = LabChapter.make({
  name: "parallel",
  title: text("Des appels en série, ou en parallèle", "Calls in sequence, or in parallel"),
  about: text(
    "Un await dans une boucle attend chaque réponse avant d'envoyer l'appel suivant. Envoyés ensemble, les appels prennent le temps du plus long.",
    "An await in a loop waits for each answer before it sends the next call. Sent together, the calls take the time of the longest."
  ),
  source: "src/external/ExternalCalls.ts",
  section: "Avec httpx (client HTTP asynchrone)",
  isPredictable: true,
  ways: {
    wrong: text("Chaque appel attend la réponse d'avant", "Each call waits for the answer before"),
    right: text("Tous les appels sont en route à la fois", "All calls are in flight at once")
  },
  knobs: { tasks: tasksKnob(5, 20), latency: millisKnob(200, [10, 1_000]) },
  services: (parts, values) => LabCalls.layer(parts, values),
  warmUp: LabUpstream.warmUp,
  programs: {
    wrong: ({ tasks }, tally) => Effect.flatMap(ExternalCalls, ({ single }) => inTurn(tasks, () => tally.each(single))),
    right: (_, tally) => Effect.flatMap(ExternalCalls, (calls) => tally.together(calls.parallel))
  }
})
