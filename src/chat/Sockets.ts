import { Effect, Layer } from "effect"
import { AppConfig, partOf } from "../AppConfig.ts"
import { WebSocketServer } from "../platform/websocket/WebSocketServer.ts"

/** The websockets of the chat, within the limits of its settings. */
export const layer = Layer.unwrapEffect(Effect.map(AppConfig, (settings) =>
  WebSocketServer.layer({
    sockets: settings.chatMaxClients,
    socketsPerClient: partOf(settings.chatMaxClients, settings.chatMaxSocketsPerClient),
    messageBytes: settings.chatMaxMessageBytes,
    receiveMessages: settings.chatReceiveMessages,
    sendMessages: settings.chatQueueMessages,
    sendBytes: settings.chatQueueBytes,
    heartbeat: settings.chatHeartbeat,
    closeTimeout: settings.chatCloseTimeout
  })))
