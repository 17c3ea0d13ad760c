import { Duration, Effect } from "effect"
import { text } from "../../domain/Text.ts"
import { ExternalCalls } from "../../external/ExternalCalls.ts"
import { millisKnob, shareKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import * as LabCalls from "../parts/LabCalls.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

const isSuccess = ({ status }: { readonly status: string }) => status === "success"

const safely = Effect.map(
  ExternalCalls,
  ({ safe }) => Effect.map(safe, ({ results }) => results.filter(isSuccess).length)
)

/** « Gestion d'erreurs avec appels parallèles »: slow calls without and with a timeout each. */
export const timeouts = LabChapter.make({
  name: "timeouts",
  title: text("Sans délai, ou avec un délai par appel", "Without a timeout, or with one for each call"),
  about: text(
    "Sans délai, l'appel le plus lent décide de tout. Avec un délai, chaque appel a son issue, et le reste n'attend pas. Un appel lent dure dix fois plus.",
    "Without a timeout the slowest call decides for all. With one, each call has an outcome of its own, and the rest does not wait. A slow call takes ten times as long."
  ),
  source: "src/external/ExternalCalls.ts",
  section: "Avec httpx (client HTTP asynchrone)",
  isPredictable: true,
  ways: {
    wrong: text("Aucun délai : tous attendent le plus lent", "No timeout: all wait for the slowest"),
    right: text("La politique safe-call interrompt les lents", "The policy safe-call interrupts the slow ones")
  },
  knobs: {
    tasks: tasksKnob(6, 50),
    latency: millisKnob(150, [10, 1_000]),
    slow: shareKnob(34, text("Appels lents", "Slow calls")),
    timeout: millisKnob(400, [10, 10_000], text("Délai", "Timeout"))
  },
  services: (parts, values, way) =>
    LabCalls.layer(parts, values, way === "wrong" ? {} : { timeout: Duration.millis(values.timeout) }),
  warmUp: LabUpstream.warmUp,
  programs: {
    wrong: (_, tally) => Effect.flatMap(safely, (calls) => tally.together(calls, (succeeded) => succeeded)),
    right: (_, tally) => Effect.flatMap(safely, (calls) => tally.together(calls, (succeeded) => succeeded))
  }
})
