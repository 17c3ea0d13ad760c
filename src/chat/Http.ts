import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { WebSocketServer } from "../platform/websocket/WebSocketServer.ts"
import type { ChatApi } from "./Api.ts"
import { jsonProtocol, textProtocol } from "./messages.ts"
import { Room } from "./Room.ts"

/** The handlers of the chat. The websocket's handler runs until its connection is closed. */
export const handlers: Effect.Effect<Handlers<typeof ChatApi>, never, Room | WebSocketServer> = Effect.gen(function*() {
  const room = yield* Room
  const sockets = yield* WebSocketServer
  return {
    connect: ({ path, request }) =>
      room.host(path.client_id, sockets.accept({ request, protocols: [jsonProtocol, textProtocol] }))
  }
})
