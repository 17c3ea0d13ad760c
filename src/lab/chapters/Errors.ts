import { Effect } from "effect"
import { text } from "../../domain/Text.ts"
import { ExternalCalls } from "../../external/ExternalCalls.ts"
import { millisKnob, shareKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import * as LabCalls from "../parts/LabCalls.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

const isSuccess = ({ status }: { readonly status: string }) => status === "success"

/** « Gestion d'erreurs asynchrone »: the first failure loses all, or each call keeps its own outcome. */
export const errors = LabChapter.make({
  name: "errors",
  title: text("Tout perdre, ou des résultats partiels", "Lose everything, or keep partial results"),
  about: text(
    "Quand un appel échoue, gather abandonne les autres. Une issue par appel garde tout ce qui a réussi.",
    "When one call fails, gather gives up the others. An outcome for each call keeps all that succeeded."
  ),
  source: "src/external/ExternalCalls.ts",
  section: "Gestion d'erreurs asynchrone",
  isPredictable: true,
  ways: {
    wrong: text("Le premier échec interrompt les autres appels", "The first failure interrupts the other calls"),
    right: text("Chaque appel a son issue", "Each call has an outcome of its own")
  },
  knobs: {
    tasks: tasksKnob(6, 50),
    latency: millisKnob(300, [10, 1_000]),
    failures: shareKnob(34, text("Appels qui échouent", "Failing calls"))
  },
  services: (parts, values) => LabCalls.layer(parts, values),
  warmUp: LabUpstream.warmUp,
  programs: {
    wrong: (_, tally) => Effect.flatMap(ExternalCalls, (calls) => tally.together(calls.parallel)),
    right: (_, tally) =>
      Effect.flatMap(
        ExternalCalls,
        ({ safe }) => tally.together(safe, ({ results }) => results.filter(isSuccess).length)
      )
  }
})
