import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../support/send.ts"
import * as ServerProcess from "../support/ServerProcess.ts"

const assets = /MODULE \d+: load ".*httpApiSwagger\.js"/

it.scopedLive("the built server loads the script of its documentation when somebody opens it", () =>
  Effect.gen(function*() {
    // node reports each file that it loads
    const server = yield* ServerProcess.server({ NODE_DEBUG: "module" })
    const port = yield* ServerProcess.port(server)
    yield* send(port)("GET", "/openapi.json")
    expect(assets.test(server.said())).toBe(false)
    const { status, text } = yield* send(port)("GET", "/docs")
    yield* server.says(assets)
    expect(status).toBe(200)
    // the page works without a network: style and script stand in it, and it names no other file
    const [style = "", script = ""] = [/<style>([^]*?)<\/style>/, /<script>([^]*?)window\.onload/].map((part) =>
      part.exec(text)?.[1]?.trim()
    )
    expect([style.slice(0, 12), style.length > 100_000]).toEqual([".swagger-ui{", true])
    expect([script.includes("webpackUniversalModuleDefinition"), script.length > 1_000_000]).toEqual([true, true])
    expect(/<(script|link|img)[^>]* (src|href)=/.exec(text.replace(script, ""))).toBeNull()
  }).pipe(Effect.provide(NodeContext.layer)))
