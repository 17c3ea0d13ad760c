import { FileSystem, HttpApiClient, HttpServer } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Option } from "effect"
import * as Http from "node:http"
import * as Net from "node:net"
import { Api } from "../../src/Api.ts"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as Server from "../../src/Server.ts"
import { httpAdapter } from "./adapter.ts"

/** An answer as it came over the socket. */
export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
}

export interface Sent {
  readonly headers?: Http.OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

/** What a problem document says; decoded loosely, as a client without our types would. */
export const json = (answer: Answer): Record<string, unknown> => JSON.parse(answer.text)

/** Asks whatever listens on a port of loopback. */
export const send = (port: number) => (method: string, path: string, sent: Sent = {}) =>
  Effect.async<Answer, Error>((resume) => {
    const request = Http.request({ host: "127.0.0.1", port, method, path, headers: sent.headers ?? {}, agent: false })
    request.on("response", (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString("utf8")
        })))
    })
    request.on("error", (error) => resume(Effect.fail(error)))
    request.end(sent.body)
    return Effect.sync(() => request.destroy())
  })

const raw = (port: number) => (bytes: string | Uint8Array) =>
  Effect.async<string, Error>((resume) => {
    const chunks: Array<Buffer> = []
    const socket = Net.connect(port, "127.0.0.1", () => socket.write(bytes))
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("close", () => resume(Effect.succeed(Buffer.concat(chunks).toString("utf8"))))
    socket.on("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => socket.destroy())
  })

const make = Effect.gen(function*() {
  const { dataDir } = yield* AppConfig
  const address = (yield* HttpServer.HttpServer).address
  const port = address._tag === "TcpAddress" ? address.port : 0
  const url = `http://127.0.0.1:${port}`
  return {
    dataDir,
    port,
    url,
    lifecycle: yield* Lifecycle,
    client: yield* HttpApiClient.make(Api, { baseUrl: url }),
    send: send(port),
    raw: raw(port)
  }
})

/** The product's own server, listening on a free port of loopback with its files in a temporary folder. */
export class TestServer
  extends Context.Tag("barista/test/TestServer")<TestServer, Effect.Effect.Success<typeof make>>()
{
  /** `overrides` replace settings; the environment is not read. */
  static readonly layer = (overrides: Partial<Values> = {}) =>
    Layer.unwrapScoped(Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const config = AppConfig.layerWith({
        port: 0,
        dataDir,
        databaseUrl: Option.none(),
        logLevel: "none",
        // what tests call the server where the name does not matter
        allowedHosts: ["a"],
        httpAdapter,
        ...overrides
      })
      return Layer.effect(TestServer, make).pipe(
        Layer.provide(NodeHttpClient.layerUndici),
        Layer.provide(Server.layer),
        Layer.provide(config)
      )
    })).pipe(Layer.provide(NodeContext.layer))
}
