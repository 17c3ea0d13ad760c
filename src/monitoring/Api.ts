import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform"
import { Duration, Schema } from "effect"
import * as Problem from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"

const reasons = {
  starting: { fr: "démarre", en: "is starting", retryAfter: Duration.seconds(1) },
  stopping: { fr: "s'arrête", en: "is stopping", retryAfter: Duration.seconds(5) }
} as const

/** 503: the server is alive but takes no requests: it is still starting, or stopping already. */
export class NotReady extends Problem.define<NotReady>()("NotReady", 503, {
  reason: Schema.Literal("starting", "stopping")
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

const Healthy = Schema.Struct({ status: Schema.Literal("ok") }).annotations({ identifier: "Healthy" })

const describe = (summary: string, description: string) => OpenApi.annotations({ summary, description })

/** The handbook's « Debugging et monitoring », and the health of the server. */
export const MonitoringApi = HttpApiGroup.make("monitoring")
  .add(
    HttpApiEndpoint.get("monitoredEndpoint", "/monitored-endpoint")
      .addSuccess(Schema.Struct({ data: Schema.String.annotations({ examples: ["some result"] }) }))
      .annotateContext(describe(
        "An operation whose duration is logged after the answer",
        "Answers after 1 s; the log line is written once the answer is on its way and never delays it."
      ))
  )
  .add(
    HttpApiEndpoint.get("measured", "/measured")
      .addSuccess(Schema.Struct({ message: Schema.String.annotations({ examples: ["Measured operation"] }) }))
      .annotateContext(describe(
        "An operation whose duration is logged however it ends",
        "Answers after 0.5 s; success, failure and interruption are all logged."
      ))
  )
  .add(
    HttpApiEndpoint.get("live", "/health/live")
      .addSuccess(Healthy)
      .annotateContext(describe("Alive", "The process answers; restart it if it does not."))
  )
  .add(
    HttpApiEndpoint.get("ready", "/health/ready")
      .addSuccess(Healthy)
      .addError(NotReady)
      .annotateContext(describe("Ready", "Requests are taken; 503 with the reason while starting and stopping."))
  )
  .annotateContext(describe("Monitoring", "Durations in the log, in spans and in metrics; health."))
