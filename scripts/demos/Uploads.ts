import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { openAsBlob } from "node:fs"
import type { Upload } from "../../src/uploads/Api.ts"
import * as Demo from "./stage/Demo.ts"
import { DemoServer } from "./stage/DemoServer.ts"
import { Stage } from "./stage/Stage.ts"

const mebibyte = 1024 * 1024
const size = 16 * mebibyte
const names = ["café.txt", "cœur ☕.txt", "../../escaped.txt"]

/**
 * Makes a file on disk. One in memory would be sent in one go and block the loop that this client shares with the
 * server.
 */
const makeFile = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* fs.makeTempFileScoped({ prefix: "barista-demo-" })
  yield* fs.writeFile(path, Buffer.alloc(size, "un café, deux cafés"))
  return yield* Effect.promise(() => openAsBlob(path))
})

const form = (content: Blob, name: string) => {
  const data = new FormData()
  data.set("file", content, name)
  return data
}

export const uploads = Demo.make({
  name: "uploads",
  shows: [
    `Three files of ${size / mebibyte} MiB at once, streamed to disk asynchronously, then by blocking file calls.`,
    "Each is answered when safe on disk; the name is only data, even one that tries to leave the folder."
  ],
  needs: "sockets",
  operations: ["Uploads.acceptOne", "Uploads.acceptOneBlocking"],
  services: Layer.merge(DemoServer.layer, NodeContext.layer),
  program: Effect.scoped(Effect.gen(function*() {
    const { part, say } = yield* Stage
    const { client } = yield* DemoServer
    const content = yield* makeFile

    const tell = ({ filename, sha256, size, url }: Upload) =>
      say(`${filename}: ${size / mebibyte} MiB at ${url}, SHA-256 ${sha256.slice(0, 12)}...`)
    const sendAll = <E>(send: (request: { readonly payload: FormData }) => Effect.Effect<Upload, E>) =>
      Effect.forEach(
        names,
        (name) => Effect.flatMap(send({ payload: form(content, name) }), tell),
        { concurrency: "unbounded", discard: true }
      )

    yield* part("asynchronous", sendAll(client.uploads.uploadAsync))
    yield* part("blocking", sendAll(client.uploads.uploadSync))
    const kept = yield* client.uploads.list({ urlParams: { limit: 100 } })
    yield* say(`the server keeps ${kept.length} uploads`)
  }))
})
