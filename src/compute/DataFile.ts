import { FileSystem } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Effect, Stream } from "effect"
import { join } from "node:path"

const name = "data.txt"
const firstLine = "Barista reads this file for GET /good-async-usage/.\n"

const alreadyExists = (error: PlatformError) => error._tag === "SystemError" && error.reason === "AlreadyExists"

/**
 * Makes sure that the folder has the handbook's `data.txt`, which the handbook itself never makes. `read` reads it, at most
 * `limit` bytes of it, and says how many there were.
 */
export const open = Effect.fnUntraced(function*(folder: string, limit: number) {
  const fs = yield* FileSystem.FileSystem
  const path = join(folder, name)
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* Effect.catchIf(fs.writeFileString(path, firstLine, { flag: "wx" }), alreadyExists, () => Effect.void)
  const read = fs.stream(path, { bytesToRead: limit }).pipe(
    Stream.runFold(0, (bytes, chunk) => bytes + chunk.length),
    Effect.map((bytes) => ({ bytes })),
    // the file was there at the start: whoever took it away has to be told by the log, not by a client
    Effect.orDie
  )
  return { read }
})
