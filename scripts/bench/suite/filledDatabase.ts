import { FileSystem, Path } from "@effect/platform"
import { Effect, Layer } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import { UserId } from "../../../src/domain/Ids.ts"
import { Cents } from "../../../src/domain/Money.ts"
import { Database } from "../../../src/platform/sql/Database.ts"
import * as SqliteDatabase from "../../../src/platform/sql/sqlite/SqliteDatabase.ts"
import { LedgerRepo } from "../../../src/transfers/LedgerRepo.ts"
import { Transfers } from "../../../src/transfers/Transfers.ts"
import { Users } from "../../../src/users/Users.ts"
import { UsersRepo } from "../../../src/users/UsersRepo.ts"

/** The number of users, whose ids begin with 1. */
export const people = 20
const postsEach = 3
/** Cents of each user, more than the transfers of any run can move. */
const money = Cents.make(100_000_000)

/** Creates users with posts, who follow the first user and have enough money. */
const fill = Effect.gen(function*() {
  const users = yield* Users
  const transfers = yield* Transfers
  const { writer } = yield* Database
  for (let n = 1; n <= people; n++) {
    const id = UserId.make(n)
    yield* users.create({ name: `User ${n}`, email: `user${n}@example.com` })
    yield* Effect.replicateEffect(users.createPost(id, { title: "Title", content: "x".repeat(200) }), postsEach)
    yield* transfers.deposit(id, money)
    if (n > 1) yield* users.follow(UserId.make(1), id)
  }
  // the file is copied next, so the log must be empty
  yield* writer`PRAGMA wal_checkpoint(TRUNCATE)`
})

const layer = Layer.mergeAll(Users.layer, Transfers.layer).pipe(
  Layer.provide(Users.directory),
  Layer.provide(Layer.merge(UsersRepo.layer, LedgerRepo.layer)),
  Layer.provideMerge(SqliteDatabase.layer)
)

/** Makes the folder of a filled product database when it is first needed. */
export const makeFilled = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const dataDir = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  return yield* Effect.cached(
    fill.pipe(
      Effect.provide(Layer.provide(layer, AppConfig.layerWith({ dataDir }))),
      Effect.provideService(FileSystem.FileSystem, fs),
      Effect.provideService(Path.Path, path),
      // an empty folder of our own, and valid users
      Effect.orDie,
      Effect.as(dataDir)
    )
  )
})

/** Copies a folder's database into a new folder. */
export const copyOf = Effect.fnUntraced(function*(filled: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  yield* fs.copyFile(path.join(filled, "barista.sqlite"), path.join(folder, "barista.sqlite"))
  return folder
})
