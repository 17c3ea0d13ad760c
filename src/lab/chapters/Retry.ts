import { Duration, Effect, Layer } from "effect"
import { text } from "../../domain/Text.ts"
import { Policies } from "../../policy/Policies.ts"
import { Resilience } from "../../resilience/Resilience.ts"
import { tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

/** « Retry et timeout »: an upstream that recovers at the n-th attempt, called without and with a retry. */
export const retry = LabChapter.make({
  name: "retry",
  title: text("Renoncer, ou réessayer selon une politique", "Give up, or retry by a policy"),
  about: text(
    "Le service amont échoue d'abord, puis se rétablit. La politique dit combien de fois réessayer, avec quelles pauses et dans quel délai.",
    "The upstream fails at first and then recovers. The policy says how often to retry, with which pauses, and within which time."
  ),
  source: "src/resilience/Resilience.ts",
  section: "Retry et timeout",
  isPredictable: true,
  ways: {
    wrong: text("Un seul essai : l'échec arrive à l'appelant", "A single attempt: the failure reaches the caller"),
    right: text("La politique réessaie après une pause", "The policy retries after a pause")
  },
  knobs: {
    tasks: tasksKnob(3, 20, text("Appelants", "Callers")),
    succeed_on: { title: text("Essai qui réussit", "Attempt that succeeds"), unit: "", range: [1, 20], fallback: 3 },
    policy: {
      title: text("Politique", "Policy"),
      fallback: {
        attemptTimeout: Duration.seconds(1),
        retry: { attempts: 4, backoff: { kind: "exponential", base: Duration.millis(100) } }
      }
    }
  },
  services: ({ upstream }, { policy }, way) =>
    Resilience.layer.pipe(
      Layer.provideMerge(upstream),
      Layer.provide(Policies.layerWith({ "unreliable": way === "wrong" ? {} : policy }))
    ),
  warmUp: LabUpstream.warmUp,
  programs: {
    wrong: ({ succeed_on, tasks }, tally) =>
      Effect.flatMap(Resilience, ({ unreliable }) => callers(tasks, () => tally.each(unreliable(succeed_on)))),
    right: ({ succeed_on, tasks }, tally) =>
      Effect.flatMap(Resilience, ({ unreliable }) => callers(tasks, () => tally.each(unreliable(succeed_on))))
  }
})
