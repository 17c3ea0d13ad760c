import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Either } from "effect"
import type { ServerResponse } from "node:http"

/** The response to a request; none where the client has gone, or the connection has become a websocket. */
export const awaitedResponse = (request: HttpServerRequest.HttpServerRequest): ServerResponse | undefined => {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  const response = Either.getOrUndefined(Either.try(() => NodeHttpServerRequest.toServerResponse(request)))
  // an upgrade was asked for behind a request that is still being answered: no client that keeps to RFC 6455 does that
  if (response === undefined) socket.destroy()
  return response?.writableEnded === true || socket.destroyed ? undefined : response
}
