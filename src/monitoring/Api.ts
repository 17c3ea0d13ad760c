import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { documented } from "../platform/http/contract/documented.ts"
import { NotReady } from "../platform/lifecycle/NotReady.ts"

const Healthy = Schema.Struct({ status: Schema.Literal("ok") }).annotations({ identifier: "Healthy" })

/** The handbook's « Debugging et monitoring », and the health of the server. */
export const MonitoringApi = HttpApiGroup.make("monitoring")
  .add(
    HttpApiEndpoint.get("monitoredEndpoint", "/monitored-endpoint")
      .addSuccess(Schema.Struct({ data: Schema.String.annotations({ examples: ["some result"] }) }))
      .annotateContext(documented(
        "An operation whose duration is logged after the answer",
        "Answers after 1 s; the log line is written after the answer is sent and never delays it."
      ))
  )
  .add(
    HttpApiEndpoint.get("measured", "/measured")
      .addSuccess(Schema.Struct({ message: Schema.String.annotations({ examples: ["Measured operation"] }) }))
      .annotateContext(documented(
        "An operation whose duration is logged whatever its outcome",
        "Answers after 0.5 s; success, failure and interruption are all logged."
      ))
  )
  .add(
    HttpApiEndpoint.get("live", "/health/live")
      .addSuccess(Healthy)
      .annotateContext(documented("Alive", "The process answers; restart it if it does not."))
  )
  .add(
    HttpApiEndpoint.get("ready", "/health/ready")
      .addSuccess(Healthy)
      .addError(NotReady)
      .annotateContext(documented("Ready", "Requests are accepted; 503 with the reason while starting and stopping."))
  )
  .annotateContext(documented("Monitoring", "Durations in the log, in spans and in metrics; health."))
