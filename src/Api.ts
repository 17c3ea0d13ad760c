import { HttpApi, OpenApi } from "@effect/platform"
import * as Problem from "./domain/Problem.ts"
import { transform } from "./platform/http/OpenApiTransform.ts"
import { TransfersApi } from "./transfers/Api.ts"
import { UsersApi } from "./users/Api.ts"

/** The contract of all chapters: what the server answers, the typed client calls, and the documentation shows. */
export const Api = HttpApi.make("barista")
  .add(UsersApi)
  .add(TransfersApi)
  .addError(Problem.InvalidInput)
  .addError(Problem.RouteNotFound)
  .addError(Problem.MethodNotAllowed)
  .addError(Problem.PayloadTooLarge)
  .addError(Problem.UnsupportedMediaType)
  .addError(Problem.Unauthorized)
  .addError(Problem.Overloaded)
  .addError(Problem.InternalError)
  .annotateContext(OpenApi.annotations({
    title: "Barista",
    version: "0.1.0",
    description:
      "Every operation of the async/await handbook, with real parts. Failures are application/problem+json (RFC 9457)."
  }))
  .annotate(OpenApi.Transform, transform)
