import { FileSystem } from "@effect/platform"
import { Duration, Effect, Schema } from "effect"
import { ask, upload } from "../../harness/client.ts"
import { idleMemoryOf, memoryOf, node, start } from "../../harness/serverProcess.ts"
import type { Contender, Row } from "../suite/Row.ts"
import { product, type Server } from "../suite/servers.ts"
import { atLeast, within } from "./http.ts"

const mebibyte = 1_048_576
const size = 1024 * mebibyte

const Stored = Schema.parseJson(Schema.Struct({ size: Schema.Int, url: Schema.optional(Schema.String) }))

const bare: Server = {
  name: "bare program",
  command: Effect.map(
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })),
    (folder) => node("bench/bareUpload", folder)
  )
}

/** Uploads a file and, outside the measurement, deletes the stored one. */
const contender = ({ command, name }: Server, path: string): Contender => ({
  name,
  start: Effect.gen(function*() {
    const { pid, port } = yield* start(yield* command)
    const idle = yield* idleMemoryOf(pid)
    return Effect.fnUntraced(function*() {
      const [duration, { body }] = yield* Effect.timed(upload(port, path, size))
      const stored = yield* Schema.decode(Stored)(body)
      if (stored.url !== undefined) yield* ask(port, "DELETE", stored.url)
      const { peak } = yield* memoryOf(pid)
      return {
        values: { speed: size / mebibyte / Duration.toSeconds(duration), memory: peak - idle },
        // the bare program counts the form around the file too
        failed: stored.size < size ? 1 : 0
      }
    })
  })
})

/** Measures a large file that is written, hashed and synced to the disk. */
export const uploading: Row = {
  name: "upload",
  title: `POST /upload-async/ of ${size / mebibyte} MiB: written, SHA-256, synced`,
  figures: [
    { name: "speed", unit: "MiB/s", better: "higher", targets: [atLeast(0.9, bare.name)] },
    { name: "memory", unit: "MiB over idle", better: "lower", targets: [within(64)] }
  ],
  contenders: [contender(bare, "/"), contender(product(), "/upload-async/")]
}
