import { Duration, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { text } from "../../domain/Text.ts"

const reasons = {
  starting: { fr: "démarre", en: "is starting", retryAfter: Duration.seconds(1) },
  leaving: { fr: "va s'arrêter", en: "is about to stop", retryAfter: Duration.seconds(5) },
  stopping: { fr: "s'arrête", en: "is stopping", retryAfter: Duration.seconds(5) },
  database: {
    fr: "ne reçoit pas de réponse de sa base de données",
    en: "gets no answer from its database",
    retryAfter: Duration.seconds(5)
  },
  jobs: {
    fr: "ne prend pas encore part aux tâches",
    en: "does not take part in the jobs yet",
    retryAfter: Duration.seconds(1)
  }
} as const

/**
 * 503: the server is alive but should get no requests. It is starting, about to stop, or stopping; or its database does
 * not answer within a second; or it has not yet joined the servers that run the jobs of a shared database.
 */
export class NotReady extends Problem.define<NotReady>()("NotReady", 503, {
  reason: Schema.Literal("starting", "leaving", "stopping", "database", "jobs")
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
