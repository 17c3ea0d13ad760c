import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../support/send.ts"
import * as ServerProcess from "../support/ServerProcess.ts"
import { turn } from "../support/turn.ts"

it.scopedLive("a start removes the data of experiments that a killed server has left", () =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const server = yield* ServerProcess.server()
    const port = yield* ServerProcess.port(server)
    const body = JSON.stringify({ chapter: "transfer", way: "wrong", knobs: { tasks: 20, latency: 500 } })
    const { status } = yield* send(port)("POST", "/experiments", {
      headers: { "content-type": "application/json" },
      body
    })
    expect(status).toBe(202)
    const [name = ""] = yield* fs.readDirectory(`${server.dataDir}/lab`)
    const left = fs.exists(`${server.dataDir}/lab/${name}`)
    server.signal("SIGKILL")
    yield* server.ended
    expect([name, yield* left]).toEqual([expect.stringMatching(/^transfer-/), true])
    const again = yield* ServerProcess.server({ DATA_DIR: server.dataDir })
    yield* ServerProcess.port(again)
    yield* Effect.repeat(Effect.zipLeft(left, turn), { until: (exists) => !exists })
  }).pipe(Effect.provide(NodeContext.layer)), 60_000)
