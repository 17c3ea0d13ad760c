import { FileSystem, type HttpApi, HttpApiClient, HttpClient, HttpServer } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Option, type Scope } from "effect"
import { Api } from "../../src/Api.ts"
import { AppConfig, type Values } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import * as Server from "../../src/Server.ts"
import { violations } from "../../src/timeline/conservation.ts"
import { httpAdapter } from "./adapter.ts"
import { raw } from "./connect.ts"
import * as TestDatabase from "./Database.ts"
import { portOf } from "./loopback.ts"
import { type Answer, send, type Sent } from "./send.ts"

type Client = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups, infer E, infer _R>
  ? HttpApiClient.Client<Groups, E, never>
  : never

/** Dies of the first recording that contradicts itself. */
const obeying = (recorder: Context.Tag.Service<Recorder>) =>
  Effect.forEach(recorder.list({}), ({ id, name }) => {
    const faults = Option.match(recorder.get(id), { onNone: () => [], onSome: violations })
    return faults.length === 0 ? Effect.void : Effect.dieMessage(`${name}: ${faults.join("; ")}`)
  }, { discard: true })

/** The product's own server on a free port of loopback, with its files in a temporary folder. */
export class TestServer extends Context.Tag("barista/test/TestServer")<TestServer, {
  readonly dataDir: string
  /** Keeps the server from changing its database, as another program would. */
  readonly holdLock: Effect.Effect<{ readonly release: Effect.Effect<void> }, never, Scope.Scope>
  /** Runs statements beside the server, as another program would; returns the last one's rows. */
  readonly beside: (...statements: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Record<string, unknown>>>
  readonly port: number
  readonly url: string
  readonly lifecycle: Context.Tag.Service<Lifecycle>
  /** The recordings of its requests and jobs. */
  readonly recorder: Context.Tag.Service<Recorder>
  /** The typed client of the contract. Few tests use it, and making it takes a third of a server's start. */
  readonly client: Effect.Effect<Client>
  /** Sends a request, and returns its answer as it came. */
  readonly send: (method: string, path: string, sent?: Sent) => Effect.Effect<Answer, Error>
  /** Sends bytes, and returns all that came back until the connection closed. */
  readonly raw: (bytes: string | Uint8Array) => Effect.Effect<string>
}>() {
  static readonly client = Effect.flatMap(TestServer, (server) => server.client)

  /** Makes the server with some settings replaced; reads no environment. */
  static readonly layer = (overrides: Partial<Values> = {}) =>
    Layer.unwrapScoped(Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
      const config = AppConfig.layerWith({
        port: 0,
        dataDir,
        databaseUrl: overrides.databaseUrl ?? (yield* TestDatabase.place),
        logLevel: "none",
        // the host name in requests whose host does not matter
        allowedHosts: ["a"],
        httpAdapter,
        ...overrides
      })
      return Layer.scoped(
        TestServer,
        Effect.gen(function*() {
          const { dataDir, databaseUrl } = yield* AppConfig
          const recorder = yield* Recorder
          yield* Effect.addFinalizer(() => obeying(recorder))
          const http = yield* HttpClient.HttpClient
          const port = portOf(yield* HttpServer.HttpServer)
          const url = `http://127.0.0.1:${port}`
          return {
            dataDir,
            holdLock: TestDatabase.holding(databaseUrl, dataDir),
            beside: TestDatabase.beside(databaseUrl, dataDir),
            port,
            url,
            lifecycle: yield* Lifecycle,
            recorder,
            client: yield* Effect.cached(
              Effect.provideService(HttpApiClient.make(Api, { baseUrl: url }), HttpClient.HttpClient, http)
            ),
            send: send(port),
            raw: raw(port)
          }
        })
      ).pipe(
        Layer.provide(NodeHttpClient.layerUndici),
        Layer.provide(Server.layer),
        Layer.provide(config)
      )
    })).pipe(Layer.provide(NodeContext.layer))
}
