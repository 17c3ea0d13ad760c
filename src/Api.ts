import { HttpApi, OpenApi } from "@effect/platform"
import { BackgroundApi } from "./background/Api.ts"
import { BasicsApi } from "./basics/Api.ts"
import { BatchApi } from "./batch/Api.ts"
import { ChatApi } from "./chat/Api.ts"
import { ComparisonApi } from "./comparison/Api.ts"
import { ComputeApi } from "./compute/Api.ts"
import * as Problem from "./domain/Problem.ts"
import { version } from "./domain/version.ts"
import { ExternalApi } from "./external/Api.ts"
import { LabApi } from "./lab/Api.ts"
import { MetricsApi } from "./metrics/Api.ts"
import { MonitoringApi } from "./monitoring/Api.ts"
import { OutboxApi } from "./outbox/Api.ts"
import { OutcomesApi } from "./outcomes/Api.ts"
import { PreconditionFailed } from "./platform/http/contract/Preconditions.ts"
import { transform } from "./platform/http/openapi/transform.ts"
import { HostRefused, OriginRefused } from "./platform/http/rules/Provenance.ts"
import * as Wire from "./platform/http/rules/WireProblems.ts"
import { NotReady } from "./platform/lifecycle/NotReady.ts"
import { DatabaseUnavailable } from "./platform/sql/DatabaseUnavailable.ts"
import { PredictionsApi } from "./predictions/Api.ts"
import { RecordingsApi } from "./recordings/Api.ts"
import { ResilienceApi } from "./resilience/Api.ts"
import { TransfersApi } from "./transfers/Api.ts"
import { UploadsApi } from "./uploads/Api.ts"
import { UsersApi } from "./users/Api.ts"

/** The contract of all chapters, from which the server, the typed client and the documentation derive. */
export const Api = HttpApi.make("barista")
  .add(BasicsApi)
  .add(ExternalApi)
  .add(UsersApi)
  .add(UploadsApi)
  .add(ChatApi)
  .add(BackgroundApi)
  .add(ResilienceApi)
  .add(BatchApi)
  .add(TransfersApi)
  .add(MonitoringApi)
  .add(ComputeApi)
  .add(OutcomesApi)
  .add(ComparisonApi)
  .add(OutboxApi)
  .add(MetricsApi)
  .add(RecordingsApi)
  .add(LabApi)
  .add(PredictionsApi)
  .addError(Problem.InvalidInput)
  .addError(Problem.RouteNotFound)
  .addError(Problem.MethodNotAllowed)
  .addError(OriginRefused)
  .addError(HostRefused)
  .addError(PreconditionFailed)
  .addError(Problem.PayloadTooLarge)
  .addError(Problem.UnsupportedMediaType)
  .addError(Problem.Unauthorized)
  .addError(Problem.Overloaded)
  .addError(Problem.Stopping)
  .addError(DatabaseUnavailable)
  .addError(Problem.InternalError)
  .addError(NotReady)
  .addError(Wire.MalformedRequest)
  .addError(Wire.InvalidHost)
  .addError(Wire.RequestTimeout)
  .addError(Wire.UriTooLong)
  .addError(Wire.ExpectationFailed)
  .addError(Wire.HeadersTooLarge)
  .addError(Wire.TransferCodingNotImplemented)
  .addError(Wire.HttpVersionNotSupported)
  .annotateContext(OpenApi.annotations({
    title: "Barista",
    version,
    license: { name: "All rights reserved" },
    description: [
      "Every operation of the async/await handbook, with real parts.",
      "Every path answers with and without its trailing slash: `/users` and `/users/` are the same.",
      "HEAD works wherever GET does, and OPTIONS says what a path allows.",
      "Parameters and members that an operation does not list are ignored; one given twice has to have one value.",
      "Bodies are application/json in UTF-8, without a content coding.",
      "Texts are French; `Accept-Language: en` turns them into English.",
      "Conditions (RFC 9110, 13) hold everywhere: a resource without an ETag matches no tag, and `*` where it is there.",
      "Every failure is application/problem+json (RFC 9457): a path that is not listed here is a 404 `RouteNotFound`,",
      "a method that its path does not list is a 405 `MethodNotAllowed` with the `Allow` header,",
      "and a method that HTTP does not know, or CONNECT, is a 501 `MethodNotImplemented`."
    ].join("\n")
  }))
  .annotate(OpenApi.Transform, transform)
