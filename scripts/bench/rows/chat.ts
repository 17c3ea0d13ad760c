import { Duration, Effect } from "effect"
import { joinMany } from "../../harness/chat/client.ts"
import { makeRoom, misquotes, talkSizes } from "../../harness/chat/room.ts"
import { node, start } from "../../harness/serverProcess.ts"
import { Bench } from "../suite/Bench.ts"
import type { Contender, Row } from "../suite/Row.ts"
import { product, type Server, watchCores } from "../suite/servers.ts"
import { atLeast } from "./http.ts"

const clients = 200

const bare: Server = { name: "bare ws loop", command: Effect.succeed(node("bench/contenders/chat")) }

const contender = (speakers: number) => ({ command, name }: Server): Contender => ({
  name,
  start: Effect.gen(function*() {
    const { seconds } = yield* Bench
    const { pid, port } = yield* start(yield* command)
    const joined = yield* joinMany(port, clients)
    return Effect.fnUntraced(function*() {
      const { taken } = yield* watchCores(pid)
      const room = makeRoom(joined, talkSizes)
      const [took, missing] = yield* Effect.timed(room.talk(speakers, seconds))
      room.leave()
      const failed = missing.length + room.differences.length + misquotes(room.lines, talkSizes).length
      return { values: { deliveries: room.deliveries() / Duration.toSeconds(took) }, failed, cores: yield* taken }
    })
  })
})

const row = (speakers: number): Row => ({
  name: `chat-${speakers}`,
  title: `websocket chat of ${clients} clients, ${speakers} of them speaking`,
  figures: [{
    name: "deliveries",
    unit: "deliveries/s",
    better: "higher",
    targets: speakers === clients ? [atLeast(0.8, bare.name)] : []
  }],
  contenders: [bare, product({ CHAT_PROCESSING: "0 seconds" })].map(contender(speakers))
})

/** Sends each message to all clients, without the tenth of a second that the handbook's processing takes. */
export const chat = [row(1), row(clients)]
