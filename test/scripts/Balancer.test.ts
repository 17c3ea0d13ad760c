import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { balancer } from "../../scripts/nodes/balancer.ts"
import { connect } from "../support/connect.ts"
import * as LoopbackServer from "../support/LoopbackServer.ts"

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** Starts a server that is always ready and counts its other requests. */
const server = (name: string, handle: Handle = (_, response) => response.end(name)) =>
  Effect.gen(function*() {
    const asked: Array<string> = []
    const { close, sockets, url } = yield* LoopbackServer.make((request, response) => {
      if (request.url === "/health/ready") return void response.end()
      asked.push(request.url ?? "")
      handle(request, response)
    })
    return { asked, close, sockets, port: Number(url.port) }
  })

// @effect-diagnostics-next-line globalFetch:off: a request of any client, which needs no service
const open = (url: string, sent: RequestInit = {}): Promise<Response> => fetch(url, sent)

const get = (origin: string, path = "/") =>
  Effect.promise(async () => {
    const answer = await open(`${origin}${path}`)
    return { status: answer.status, text: await answer.text() }
  })

const post = (origin: string) => Effect.promise(() => open(origin, { method: "POST", body: "a change" }))

/** Starts a balancer before servers, and waits until it has asked all of them whether they are ready. */
const before = (...servers: ReadonlyArray<Effect.Effect.Success<ReturnType<typeof server>>>) =>
  Effect.gen(function*() {
    const started = yield* balancer(0)
    yield* Effect.forEach(servers, ({ port }) => started.add(port), { discard: true })
    const reached = Effect.forEach(servers, () => get(started.origin, "/first"))
    yield* Effect.repeat(reached, {
      until: () => servers.every(({ asked }) => asked.length > 0)
    })
    for (const { asked } of servers) asked.length = 0
    return started
  })

it.scopedLive("shares requests in turn, also past a server that is gone", () =>
  Effect.gen(function*() {
    const [a, b] = [yield* server("a"), yield* server("b")]
    const { origin, remove } = yield* before(a, b)
    const answers = yield* Effect.replicateEffect(get(origin), 4)
    expect(answers.map(({ text }) => text).sort()).toEqual(["a", "a", "b", "b"])
    yield* b.close
    expect((yield* Effect.replicateEffect(get(origin), 3)).map(({ text }) => text)).toEqual(["a", "a", "a"])
    yield* remove(a.port)
    expect((yield* get(origin)).status).toBe(503)
  }))

it.scopedLive("sends a request once, though its server dies of it", () =>
  Effect.gen(function*() {
    const dies: Handle = (request, response) => {
      if (request.url === "/") request.socket.destroy()
      else response.end()
    }
    const [a, b] = [yield* server("a", dies), yield* server("b", dies)]
    const { origin } = yield* before(a, b)
    expect((yield* post(origin)).status).toBe(502)
    expect([...a.asked, ...b.asked]).toEqual(["/"])
  }))

it.scopedLive("cuts an answer off whose server dies within it, and passes events on as they come", () =>
  Effect.gen(function*() {
    let cut = (): unknown => undefined
    const a = yield* server("a", (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write("data: 1\n\n")
      if (request.url === "/first") response.end()
      else cut = () => request.socket.destroy()
    })
    const { origin } = yield* before(a)
    const answer = yield* Effect.promise(() => open(`${origin}/events`))
    const reader = answer.body?.getReader()
    const first = yield* Effect.promise(async () => reader?.read())
    expect(new TextDecoder().decode(first?.value)).toBe("data: 1\n\n")
    cut()
    yield* Effect.flip(Effect.tryPromise(async () => reader?.read()))
  }))

it.scopedLive("joins websockets", () =>
  Effect.gen(function*() {
    const a = yield* server("a")
    const { origin } = yield* before(a)
    const client = yield* connect(Number(new URL(origin).port))
    client.write("GET /ws/1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    // node's plain server knows no websockets, and answers as to any other request
    expect(yield* client.until("\r\n\r\na")).toContain("HTTP/1.1 200 OK")
    expect(a.asked).toEqual(["/ws/1"])
  }))
