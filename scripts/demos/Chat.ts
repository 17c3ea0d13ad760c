import { Socket } from "@effect/platform"
import { NodeSocket } from "@effect/platform-node"
import { Deferred, Effect, Layer, Queue } from "effect"
import * as Demo from "./stage/Demo.ts"
import { DemoServer } from "./stage/DemoServer.ts"
import { Stage } from "./stage/Stage.ts"

/** Connects a client to the chat; `hear` waits until the client has read the given number of messages. */
const join = Effect.fnUntraced(function*(id: number) {
  const { say } = yield* Stage
  const { host } = yield* DemoServer
  const opened = yield* Deferred.make<void>()
  const inbox = yield* Queue.bounded<string>(16)
  const socket = yield* Socket.makeWebSocket(`ws://${host}/ws/${id}`)
  const read = (message: string | Uint8Array) =>
    Effect.zipRight(say(`client ${id} reads:  ${message}`), inbox.offer(String(message)))
  yield* Effect.forkScoped(socket.runRaw(read, { onOpen: Deferred.succeed(opened, undefined) }))
  const write = yield* socket.writer
  yield* Deferred.await(opened)
  yield* say(`client ${id} joins`)
  return {
    hear: (messages: number) => Effect.replicateEffect(inbox.take, messages, { concurrency: 1, discard: true }),
    speak: (text: string) => Effect.zipRight(say(`client ${id} writes: ${text}`), write(text)),
    leave: Effect.zipRight(say(`client ${id} leaves`), write(new Socket.CloseEvent(1000)))
  }
})

export const chat = Demo.make({
  name: "chat",
  shows: [
    "Three clients of the websocket chat speak at once; each message takes 0.1 s to process and goes to all.",
    "One client's processing does not delay another's; then one leaves, and the others are told."
  ],
  needs: "sockets",
  operations: ["Room.answer"],
  services: Layer.merge(DemoServer.layer, NodeSocket.layerWebSocketConstructor),
  program: Effect.scoped(Effect.gen(function*() {
    const { part } = yield* Stage
    const alice = yield* join(1)
    const bob = yield* join(2)
    const chloe = yield* join(3)
    const everyone = [alice, bob, chloe]
    yield* part(
      "three messages",
      Effect.gen(function*() {
        yield* alice.speak("un café")
        yield* bob.speak("deux cafés")
        yield* chloe.speak("ça va sans ß ?")
        yield* Effect.forEach(everyone, ({ hear }) => hear(3), { concurrency: "unbounded", discard: true })
      })
    )
    yield* part(
      "one leaves",
      Effect.zipRight(chloe.leave, Effect.all([alice.hear(1), bob.hear(1)], { concurrency: 2 }))
    )
  }))
})
