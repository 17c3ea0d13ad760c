import { HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import { Lifecycle } from "../../lifecycle/Lifecycle.ts"
import * as Cors from "../rules/Cors.ts"
import * as AccessLog from "./AccessLog.ts"
import { GatedServer } from "./GatedServer.ts"

/** The node:http server of this process with its timeouts, not yet listening. */
export class NodeServer extends Context.Tag("barista/platform/http/NodeServer")<NodeServer, GatedServer>() {
  static readonly layer = Layer.effect(
    NodeServer,
    Effect.gen(function*() {
      const config = yield* AppConfig
      const server = new GatedServer({
        lifecycle: yield* Lifecycle,
        runtime: yield* Effect.runtime<never>(),
        log: yield* AccessLog.make,
        headersTimeout: config.headersTimeout,
        requestTimeout: config.requestTimeout,
        keepAliveTimeout: config.keepAliveTimeout,
        departureProbe: config.departureProbe,
        maxHeaderBytes: config.maxHeaderBytes,
        maxHeaderLines: config.maxHeaderLines,
        maxUrlBytes: config.maxUrlBytes,
        maxPipelined: config.maxPipelined,
        ...(config.allowedOrigins.length > 0 && { ServerResponse: Cors.responseClass(config.allowedOrigins) })
      })
      server.setTimeout(Duration.toMillis(config.idleTimeout))
      return server
    })
  )
}

/**
 * @effect/platform's HttpServer on the node:http server. Listens while the layer lives; fails with `ServeError` if the
 * address is taken.
 */
export const layer = Layer.scoped(
  HttpServer.HttpServer,
  Effect.gen(function*() {
    const { host, port } = yield* AppConfig
    const server = yield* NodeServer
    return yield* NodeHttpServer.make(() => server, { host, port, backlog: 4096 })
  })
)

/** Formats the address as a URL's origin. Brackets enclose an IPv6 address (RFC 3986, 3.2.2). */
export const originOf = (address: HttpServer.Address): string =>
  address._tag === "TcpAddress" && address.hostname.includes(":")
    ? `http://[${address.hostname}]:${address.port}`
    : HttpServer.formatAddress(address)
