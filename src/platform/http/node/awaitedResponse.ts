import type { HttpServerRequest } from "@effect/platform"
import { NodeHttpServerRequest } from "@effect/platform-node"
import { Either } from "effect"
import type { ServerResponse } from "node:http"

/** Returns the response to a request; undefined if the client has left, or the connection has become a websocket. */
export const awaitedResponse = (request: HttpServerRequest.HttpServerRequest): ServerResponse | undefined => {
  const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
  const response = Either.getOrUndefined(Either.try(() => NodeHttpServerRequest.toServerResponse(request)))
  // The upgrade arrived while an earlier request is still being answered; clients that follow RFC 6455 do not send it.
  if (response === undefined) socket.destroy()
  return response?.writableEnded === true || socket.destroyed ? undefined : response
}
