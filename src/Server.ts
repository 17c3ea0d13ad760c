import { type HttpApi, HttpMiddleware, HttpServer } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { ConfigError, Effect, Layer, Option } from "effect"
import { Api } from "./Api.ts"
import { AppConfig } from "./AppConfig.ts"
import * as Documentation from "./platform/http/Documentation.ts"
import * as HttpApiApp from "./platform/http/HttpApiApp.ts"
import * as NodeServer from "./platform/http/NodeServer.ts"
import type { ApiHandlers } from "./platform/http/Router.ts"
import { drain } from "./platform/lifecycle/drain.ts"
import { Lifecycle } from "./platform/lifecycle/Lifecycle.ts"
import * as Logging from "./platform/observability/Logging.ts"
import * as SqliteDatabase from "./platform/sql/SqliteDatabase.ts"
import * as TransfersHttp from "./transfers/Http.ts"
import { LedgerRepo } from "./transfers/LedgerRepo.ts"
import * as Transfers from "./transfers/Transfers.ts"
import * as UsersHttp from "./users/Http.ts"
import * as Users from "./users/Users.ts"
import { UsersRepo } from "./users/UsersRepo.ts"

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups, infer _E, infer _R> ? Groups : never

/** The handlers of every chapter. */
const handlers = Effect.all({
  users: UsersHttp.handlers,
  transfers: TransfersHttp.handlers
}, { concurrency: 1 }) satisfies Effect.Effect<ApiHandlers<Groups>, never, unknown>

/** The chapters' services. */
const Chapters = Layer.mergeAll(Transfers.Transfers.layer, Users.Users.layer).pipe(
  Layer.provideMerge(LedgerRepo.layer),
  Layer.provideMerge(Users.Users.directory),
  Layer.provideMerge(UsersRepo.layer)
)

/** The machines that the chapters stand on. */
const Platform = SqliteDatabase.layer.pipe(Layer.provideMerge(NodeContext.layer))

const sampleData = Layer.effectDiscard(Effect.gen(function*() {
  const { sampleData } = yield* AppConfig
  if (sampleData === "none") return
  yield* Users.sample
  yield* Transfers.sample
}))

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/

/** Whoever can reach the server may move money, so beyond loopback it asks for tokens. */
const guard = Layer.effectDiscard(Effect.gen(function*() {
  const { apiTokens, host } = yield* AppConfig
  if (!loopback.test(host) && Option.isNone(apiTokens)) {
    return yield* Effect.fail(
      ConfigError.InvalidData(
        [],
        `HOST: "${host}" is not a loopback address; listening there needs API_TOKENS to be set`
      )
    )
  }
}))

/** Serves the contract until its scope closes, then drains. */
const serve = Layer.scopedDiscard(Effect.gen(function*() {
  const { dataDir, shutdownTimeout } = yield* AppConfig
  const lifecycle = yield* Lifecycle
  const server = yield* NodeServer.NodeServer
  const app = yield* HttpApiApp.make(Api, yield* handlers, yield* Documentation.pages(Api))
  // each operation has one span, made where its name is known
  yield* HttpMiddleware.withTracerDisabledWhenEffect(HttpServer.serveEffect(app), () => true)
  yield* Effect.addFinalizer(() => Effect.provideService(drain(server, shutdownTimeout), Lifecycle, lifecycle))
  yield* lifecycle.enter("ready")
  yield* HttpServer.addressFormattedWith((address) =>
    Effect.logInfo(`Barista is listening on ${address}`, { docs: `${address}/docs`, data: dataDir })
  )
}))

/** The parts list: everything that makes a server, over its settings. */
export const layer = serve.pipe(
  Layer.provide(sampleData),
  Layer.provide(Chapters),
  Layer.provide(Platform),
  Layer.provideMerge(NodeServer.layer),
  Layer.provideMerge(NodeServer.NodeServer.layer),
  Layer.provideMerge(Lifecycle.layer),
  Layer.provide(guard),
  Layer.provide(Logging.layer)
)
