import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import Sqlite from "better-sqlite3"
import { Context, Duration, Effect, Layer } from "effect"
import { Jobs } from "../../../src/platform/jobs/Jobs.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as TestDatabase from "../../support/Database.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { turn } from "../../support/turn.ts"

/** A database file in a temporary folder, which servers open one after another. */
export const makeFile = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-" })
  const file = path.join(dataDir, "barista.sqlite")
  return {
    file,
    /** Gives the file the content that a crash has left. */
    restore: (bytes: Uint8Array) => fs.writeFile(file, bytes),
    /** Runs a server on the file until the effect ends, then stops the server. */
    live: <A, E>(
      parts: Parameters<typeof TestJobs.over>,
      use: (server: {
        readonly jobs: Context.Tag.Service<Jobs>
        readonly sql: Context.Tag.Service<Database>["writer"]
      }) => Effect.Effect<A, E>
    ) =>
      Layer.build(
        Layer.provideMerge(
          TestJobs.over(...parts),
          TestDatabase.inFolder(dataDir, { databaseLockTimeout: Duration.millis(50) })
        )
      ).pipe(
        Effect.flatMap((context) =>
          use({ jobs: Context.get(context, Jobs), sql: Context.get(context, Database).writer })
        ),
        Effect.scoped
      )
  }
}).pipe(Effect.provide(NodeContext.layer))

/**
 * Copies the database after each commit, as a crash would leave it. A separate connection looks for commits in each
 * turn.
 */
export const watchCommits = Effect.fnUntraced(function*(file: string) {
  const db = yield* Effect.acquireRelease(
    Effect.sync(() => new Sqlite(file, { readonly: true })),
    (db) => Effect.sync(() => db.close())
  )
  const left: Array<Uint8Array> = []
  let version = db.pragma("data_version", { simple: true })
  const look = Effect.sync(() => {
    const now = db.pragma("data_version", { simple: true })
    if (now !== version) left.push(db.serialize())
    version = now
  })
  yield* Effect.forkScoped(Effect.forever(Effect.zipRight(turn, look)))
  return left
})
