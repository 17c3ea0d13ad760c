import type { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"

/**
 * The handlers of one group of the contract, as a plain record by endpoint name. A handler gets the decoded request.
 * The answer is the declared success, a response (for streams), or a declared failure. A handler knows nothing of the
 * server that runs it.
 */
export type Handlers<Group extends HttpApiGroup.HttpApiGroup.Any> = {
  readonly [Name in HttpApiGroup.HttpApiGroup.Endpoints<Group>["name"]]:
    HttpApiEndpoint.HttpApiEndpoint.HandlerWithName<
      HttpApiGroup.HttpApiGroup.Endpoints<Group>,
      Name,
      HttpApiGroup.HttpApiGroup.Error<Group>,
      never
    >
}
