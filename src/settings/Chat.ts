import { bytes, duration, integer, kibibyte, mebibyte, part } from "./Setting.ts"

const chatMaxClients = integer(
  "CHAT_MAX_CLIENTS",
  10_000,
  [1, 1_000_000],
  "sockets",
  "Chat sockets at once; beyond it 503"
)

/** Limits on chat sockets, their messages, and slow or silent clients. */
export const chat = {
  chatMaxMessageBytes: bytes(
    "CHAT_MAX_MESSAGE_BYTES",
    64 * kibibyte,
    [128, 16 * mebibyte],
    "Size of a chat message; beyond it the socket is closed with 1009"
  ),
  chatMaxClients,
  chatMaxSocketsPerClient: part(
    "CHAT_MAX_SOCKETS_PER_CLIENT",
    chatMaxClients,
    "sockets",
    "Chat sockets of one address at once; beyond it 503. Behind a proxy all clients share one address: set CHAT_MAX_CLIENTS there"
  ),
  chatQueueMessages: integer(
    "CHAT_QUEUE_MESSAGES",
    256,
    [1, 100_000],
    "messages",
    "Messages waiting to be sent to one client; beyond it the socket is closed with 1013"
  ),
  chatQueueBytes: bytes(
    "CHAT_QUEUE_BYTES",
    mebibyte,
    [kibibyte, 64 * mebibyte],
    "Bytes waiting to be sent to one client; beyond it the socket is closed with 1013"
  ),
  chatHeartbeat: duration(
    "CHAT_HEARTBEAT",
    "30 seconds",
    ["100 millis", "1 hour"],
    "Pause between pings; a client that has not answered the last ping is disconnected"
  ),
  chatReceiveMessages: integer(
    "CHAT_RECEIVE_MESSAGES",
    16,
    [1, 10_000],
    "messages",
    "Messages of one client waiting to be processed; beyond it the socket is not read until there is room"
  ),
  chatCloseTimeout: duration(
    "CHAT_CLOSE_TIMEOUT",
    "2 seconds",
    ["10 millis", "1 minute"],
    "Time for a client to read its queued messages and answer the closing handshake; then the socket is cut"
  )
}
