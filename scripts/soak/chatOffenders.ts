import { Clock, Console, Effect } from "effect"
import { joinMany } from "../harness/chat/client.ts"
import { makeRoom, messageOf, misquotes, type Room } from "../harness/chat/room.ts"
import { type Check, print, without } from "../harness/checks.ts"
import { watchProcessors } from "../harness/processorTime.ts"
import { memoryOf } from "../harness/serverProcess.ts"
import { type Client, connect, sendHalf } from "./chatOffender.ts"

const healthy = 197
const speakers = 40
/**
 * Messages of each speaker: 6 MB in all, more than the queue of 1 MiB and the kernel's buffers hold for a client that
 * never reads.
 */
const messages = 60
/** Lengths of successive messages, in characters: talk, and now and then a pasted text. */
const sizes = [12, 90, 30, 140, 250, 45, 20, 110, 24_000]
/** Bounds the growth of the server's memory, in MiB, over its use with all clients connected and silent. */
const mebibytesMore = 128

/** The settings of the server of this part, beside its defaults. */
export const settings = {
  // only its full queue may end the client that never reads, not its silence
  CHAT_HEARTBEAT: "10 minutes",
  // gives the client that never reads the time to read its queue at the end
  CHAT_CLOSE_TIMEOUT: "1 minute"
}

/**
 * Sends two messages and half of a third at once, and resets the connection when the first has returned. The second is
 * in flight then.
 */
const reset = Effect.fnUntraced(function*(client: Client) {
  const answered = Effect.async<void>((resume) => {
    client.socket.on("message", (data) => {
      if (String(data).startsWith(`Client ${client.id}: 0 `)) resume(Effect.void)
    })
  })
  client.socket.send(messageOf(0, sizes))
  client.socket.send(messageOf(1, sizes))
  sendHalf(client)
  yield* Effect.timeout(answered, "1 minute")
  client.transport()?.resetAndDestroy()
})

const closed = Effect.fnUntraced(function*(who: string, { ended }: Client, code: number) {
  const seen = yield* Effect.timeoutTo(ended, {
    duration: "1 minute",
    onSuccess: ({ code, reason }) => `${code} ${reason}`.trim(),
    onTimeout: () => "not closed within a minute"
  })
  return { name: `${who} is closed with ${code}`, measured: seen, met: seen.startsWith(`${code}`) }
})

/** Lets each offender break its rule, while the others talk. */
const offend = Effect.fnUntraced(function*(room: Room, offenders: {
  readonly resetting: Client
  readonly binary: Client
  readonly tooLarge: Client
}) {
  yield* room.hearLines(speakers)
  offenders.binary.socket.send(Buffer.from("binary"))
  yield* room.hearLines(2 * speakers)
  offenders.tooLarge.socket.send("x".repeat(64 * 1024 + 1))
  yield* room.hearLines(3 * speakers)
  yield* reset(offenders.resetting)
})

const farewells = (room: Room, offenders: ReadonlyArray<Client>): Check => {
  const told = room.lines.filter(({ speaker }) => speaker === undefined).map(({ text }) => text)
  const expected = offenders.map(({ id }) => `Client ${id} left the chat`)
  return {
    name: "the others are told once of each offender that it left, and of nothing else",
    measured: told.join(", "),
    met: told.toSorted().join() === expected.toSorted().join()
  }
}

/** Runs 201 clients, four of which break the rules; checks the reading of the other 197 and the end of the four. */
export const offenders = Effect.fnUntraced(function*(pid: number, port: number) {
  const clients = yield* joinMany(port, healthy)
  const never = yield* connect(port, healthy + 1)
  const resetting = yield* connect(port, healthy + 2)
  const binary = yield* connect(port, healthy + 3)
  const tooLarge = yield* connect(port, healthy + 4)
  never.socket.pause()
  const room = makeRoom(clients, sizes)
  yield* Effect.sleep("1 second")
  const idle = yield* memoryOf(pid)

  const { shares } = yield* watchProcessors(pid)
  const began = yield* Clock.currentTimeMillis
  yield* room.begin(speakers, messages)
  yield* offend(room, { resetting, binary, tooLarge })
  // two messages of the client that resets, and three that have left
  const missing = yield* room.settle(5)
  const took = ((yield* Clock.currentTimeMillis) - began) / 1000
  const used = yield* shares
  let kept = 0
  never.socket.on("message", (data) => {
    kept += Buffer.isBuffer(data) ? data.length : 0
  })
  never.socket.resume()
  const closings = yield* Effect.all([
    closed("the one that never reads", never, 1013),
    closed("the one that sends binary", binary, 1003),
    closed("the one over 64 KiB", tooLarge, 1009)
  ], { concurrency: 1 })
  const missingAfter = yield* room.settle(6)
  const { peak } = yield* memoryOf(pid)

  const volume = room.lines.reduce((sum, { bytes }) => sum + bytes.length, 0)
  yield* Console.log([
    `said        ${room.lines.length} lines, ${(volume / 1e6).toFixed(1)} MB, by ${speakers} of ${healthy} clients`,
    `deliveries  ${room.deliveries()}, ${(volume * healthy / 1e6).toFixed(0)} MB, ${
      (room.deliveries() / took).toFixed(0)
    }/s; ${used}`,
    `memory      ${idle.resident.toFixed(0)} MiB with all clients silent, at most ${peak.toFixed(0)} MiB`,
    `unread      ${(kept / 1e6).toFixed(1)} MB waited for the one that never reads, most of it in the kernel's buffers`
  ].join("\n"))
  yield* print([
    without(`the ${healthy} others read every message`, [...missing, ...missingAfter]),
    without("all in the same order", room.differences),
    without("each speaker's messages once, in its order and in upper case", misquotes(room.lines, sizes)),
    farewells(room, [never, resetting, binary, tooLarge]),
    ...closings,
    without("nobody else is closed", clients.filter(({ isOpen }) => !isOpen).map(({ id }) => `client ${id}`)),
    {
      name: `memory grows by at most ${mebibytesMore} MiB`,
      measured: `${(peak - idle.resident).toFixed(0)} MiB`,
      met: peak - idle.resident <= mebibytesMore
    }
  ])
})
