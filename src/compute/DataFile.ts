import { FileSystem } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Effect, Stream } from "effect"
import { join } from "node:path"
import { waiting } from "../domain/Wait.ts"
import { waitsForFile } from "../platform/files/fileCall.ts"

const name = "data.txt"
const firstLine = "Barista reads this file for GET /good-async-usage/.\n"

const alreadyExists = (error: PlatformError) => error._tag === "SystemError" && error.reason === "AlreadyExists"

/**
 * Creates the handbook's `data.txt` in the folder if missing; the handbook itself never creates it. `read` reads at
 * most `limit` bytes and returns their number.
 */
export const open = Effect.fnUntraced(function*(folder: string, limit: number) {
  const fs = yield* FileSystem.FileSystem
  const path = join(folder, name)
  yield* fs.makeDirectory(folder, { recursive: true })
  yield* Effect.catchIf(fs.writeFileString(path, firstLine, { flag: "wx" }), alreadyExists, () => Effect.void)
  const read = fs.stream(path, { bytesToRead: limit }).pipe(
    Stream.runFold(0, (bytes, chunk) => bytes + chunk.length),
    Effect.map((bytes) => ({ bytes })),
    waiting(waitsForFile),
    // the file existed at the start, so the log, not a client, must report its removal
    Effect.orDie
  )
  return { read }
})
