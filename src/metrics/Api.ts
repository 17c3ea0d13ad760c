import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "@effect/platform"
import { documented } from "../platform/http/contract/documented.ts"
import { contentType } from "../platform/observability/MetricFamily.ts"

/** Metrics for a monitoring system; the handbook has none. */
export const MetricsApi = HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("scrape", "/metrics")
      .addSuccess(HttpApiSchema.Text({ contentType }))
      .annotateContext(documented(
        "Metrics for Prometheus",
        "Text format 0.0.4: requests, event loop, pools, queues, jobs, policies, the log. With API_TOKENS set, a token is required, as the metrics reveal much."
      ))
  )
  .annotateContext(documented("Metrics", "Counters and gauges of the running server."))
