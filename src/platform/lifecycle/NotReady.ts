import { Duration, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

const reasons = {
  starting: { fr: "démarre", en: "is starting", retryAfter: Duration.seconds(1) },
  leaving: { fr: "va s'arrêter", en: "is about to stop", retryAfter: Duration.seconds(5) },
  stopping: { fr: "s'arrête", en: "is stopping", retryAfter: Duration.seconds(5) }
} as const

/** 503: the server is alive but takes no requests, as it is starting, about to stop, or stopping. */
export class NotReady extends Problem.define<NotReady>()("NotReady", 503, {
  reason: Schema.Literal("starting", "leaving", "stopping")
}) {
  get problem(): Problem.Description {
    const { en, fr, retryAfter } = reasons[this.reason]
    return {
      title: text("Pas prêt", "Not ready"),
      detail: text(`Le serveur ${fr}.`, `The server ${en}.`),
      retryAfter
    }
  }
}
