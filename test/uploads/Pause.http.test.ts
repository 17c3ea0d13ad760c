import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, file, form, multipart } from "../platform/files/forms.ts"
import { connect } from "../support/connect.ts"
import { turn, turns } from "../support/turn.ts"
import { answered, list, running } from "./running.ts"

const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
const inFlight = `/uploads/in-flight/${trace}`

/** More than the buffers between a client and the disk hold, those of TCP included. */
const large = Buffer.alloc(67_108_864, "café ")

/** Begins to send a form, and returns once the server has its first bytes. */
const begin = (port: number, path: string, body: Buffer) =>
  Effect.gen(function*() {
    const client = yield* connect(port)
    client.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${multipart}\r\nContent-Length: ${body.length}\r\n` +
        `traceparent: 00-${trace}-00f067aa0ba902b7-01\r\nConnection: close\r\n\r\n`
    )
    client.write(body.subarray(0, 1000))
    yield* Effect.repeat(Effect.zipRight(turn, ask(port)("GET", inFlight)), { until: ({ status }) => status === 200 })
    return client
  })

describe.each(["/upload-async/", "/upload-sync/"])("a paused POST %s", (path) => {
  it.live("writes nothing more and makes its client wait, until it is resumed", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      const body = form(file("large.txt", large))
      const client = yield* begin(port, path, body)
      expect((yield* ask(port)("PUT", `${inFlight}/pause`)).body).toMatchObject({ in_flight: trace, paused: true })
      client.write(body.subarray(1000))
      yield* turns(200)
      const { body: paused } = yield* ask(port)("GET", inFlight)
      expect(paused).toMatchObject({ paused: true })
      // a write to the disk that had begun may have ended since
      expect(paused?.["written"]).toBeLessThan(1000)
      expect(client.socket.writableLength).toBeGreaterThan(large.length / 2)
      expect((yield* ask(port)("DELETE", `${inFlight}/pause`)).body).toMatchObject({ paused: false })
      expect(yield* client.closed).toContain("HTTP/1.1 200 ")
      expect(yield* list(port)).toEqual([answered("large.txt", large)])
    }).pipe(Effect.scoped))

  it.live("is answered after the pause only, even if all of it has arrived", () =>
    Effect.gen(function*() {
      const { port } = yield* running()
      const body = form(file("small.txt", "x".repeat(2000)))
      const client = yield* begin(port, path, body)
      yield* ask(port)("PUT", `${inFlight}/pause`)
      client.write(body.subarray(1000))
      yield* turns(200)
      expect(yield* list(port)).toEqual([])
      yield* ask(port)("DELETE", `${inFlight}/pause`)
      expect(yield* client.closed).toContain("HTTP/1.1 200 ")
      expect((yield* ask(port)("GET", inFlight)).status).toBe(404)
    }).pipe(Effect.scoped))
})

it.live("pausing twice is pausing once, and a client that leaves ends its upload and the pause", () =>
  Effect.gen(function*() {
    const { exits, onDisk, port } = yield* running()
    const client = yield* begin(port, "/upload-async/", form(file("a.txt", large)))
    yield* ask(port)("PUT", `${inFlight}/pause`)
    expect((yield* ask(port)("PUT", `${inFlight}/pause`)).status).toBe(200)
    client.leave()
    yield* Effect.repeat(Effect.zipRight(turn, ask(port)("GET", inFlight)), { until: ({ status }) => status === 404 })
    expect(yield* onDisk).toEqual(["tmp", "uploads"])
    expect(yield* exits.isEmpty).toBe(false)
  }).pipe(Effect.scoped))

it.live("an upload without a trace, and one that has ended, cannot be paused", () =>
  Effect.gen(function*() {
    const { port } = yield* running()
    for (const method of ["PUT", "DELETE"] as const) {
      expect((yield* ask(port)(method, `${inFlight}/pause`)).body).toMatchObject({ _tag: "UploadNotInFlight" })
    }
    expect((yield* ask(port)("PUT", "/uploads/in-flight/ABC/pause")).status).toBe(422)
  }).pipe(Effect.scoped))
