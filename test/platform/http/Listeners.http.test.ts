import { expect, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { channel } from "node:diagnostics_channel"
import type { EventEmitter } from "node:events"
import { ServerResponse } from "node:http"
import { connect } from "../../support/connect.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const get = (path: string, headers = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`

const post = (path: string, headers: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhi\r\n--b--\r\n"
const batch = JSON.stringify({ items: Array.from({ length: 3 }, (_, id) => ({ id, data: "x" })) })

/** One request for each kind of answer. */
const kinds = [
  get("/health/live"),
  get("/users/"),
  get("/async-slow"),
  get("/openapi.json"),
  get("/nowhere"),
  post("/users/", "Content-Type: application/json\r\n", "{}"),
  post("/upload-async/", "Content-Type: multipart/form-data; boundary=b\r\n", file),
  get("/uploads/1"),
  get("/uploads/1", "Range: bytes=0-0\r\n"),
  post("/batch-process/", "Content-Type: application/json\r\nAccept: text/event-stream\r\n", batch)
]

const listeners = (emitter: EventEmitter) =>
  Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]))

/** Reports, for each listener added to an emitter, the number for that event and the number at which Node warns. */
const counted = (emitter: EventEmitter, told: (count: number, most: number) => void) =>
  emitter.on("newListener", (name) => told(emitter.listenerCount(name) + 1, emitter.getMaxListeners()))

/** Reports the responses that Node makes for the clients of a port, each as its request arrives. */
const watched = (port: number, told: (response: ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const started = channel("http.server.request.start")
      const onStart = (message: unknown) => {
        if (typeof message !== "object" || message === null || !("response" in message)) return
        const { response } = message
        if (response instanceof ServerResponse && response.req.socket.localPort === port) told(response)
      }
      started.subscribe(onStart)
      return () => started.unsubscribe(onStart)
    }),
    (stop) => Effect.sync(stop)
  )

layer(
  TestServer.layer({ slowDuration: Duration.millis(1), batchItemDuration: Duration.millis(1) }),
  live
)("listeners", (it) => {
  it.scoped("do not accumulate on a kept connection, nor on the responses waiting there", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const sockets = new Set<EventEmitter>()
      let requests = 0
      let excess = 0
      let ofSocket: Record<string, number> = {}
      const atMost = (count: number, most: number) => {
        excess = Math.max(excess, count - most)
      }
      yield* watched(port, (response) => {
        const { socket } = response.req
        requests++
        counted(response, atMost)
        if (!sockets.has(socket)) counted(socket, atMost)
        sockets.add(socket)
        ofSocket = listeners(socket)
      })
      const { until, write } = yield* connect(port)
      const round = (name: string) => {
        write(kinds.join("") + get(`/end-of-${name}`))
        return Effect.zipRight(
          until(`/end-of-${name}"`),
          Effect.suspend(() => {
            // when the next request arrives, the earlier ones have left all listeners that they leave
            write(get(`/after-${name}`))
            return Effect.as(until(`/after-${name}"`), ofSocket)
          })
        )
      }
      const first = yield* round("first")
      yield* Effect.forEach(Array.from({ length: 4 }, (_, index) => `round-${index}`), round, { concurrency: 1 })
      expect(yield* round("last")).toEqual(first)
      expect(excess).toBe(0)
      expect([sockets.size, requests]).toEqual([1, 6 * (kinds.length + 2)])
    }))
})
