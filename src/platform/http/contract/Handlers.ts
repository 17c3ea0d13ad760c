import type { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"

/**
 * The handlers of one group of the contract, as a plain record by endpoint name. A handler gets the decoded request and answers the
 * declared success (or a response of its own, for streams) or a declared failure; it knows nothing of the server that runs it.
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
