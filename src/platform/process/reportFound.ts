import { Effect, Schema } from "effect"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { AppConfig } from "../../AppConfig.ts"
import { format } from "../../domain/Money.ts"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import * as Query from "../sql/Query.ts"

const Found = Schema.Struct({
  users: Schema.Int,
  cents: Schema.Int,
  unfinished: Schema.Int,
  failed: Schema.Int,
  uploads: Schema.Int
})

/** Logs in one line the data that a start has found, so that an empty or incomplete database does not go unnoticed. */
export const reportFound = Effect.gen(function*() {
  const { dataDir } = yield* AppConfig
  const { reader } = yield* Database
  const find = Query.single({
    Request: Schema.Void,
    Result: Found,
    execute: () =>
      // The balance of the outside account is minus the sum of all users' balances.
      reader`
        SELECT
          (SELECT COUNT(*) FROM users) AS users,
          (SELECT COALESCE(-SUM(balance_cents), 0) FROM accounts WHERE id = 0) AS cents,
          (SELECT COUNT(*) FROM jobs WHERE state IN ('waiting', 'running')) AS unfinished,
          (SELECT COUNT(*) FROM jobs WHERE state = 'failed') AS failed,
          (SELECT COUNT(*) FROM uploads) AS uploads`
  })
  const { cents, failed, unfinished, uploads, users } = yield* orDefect(find())
  const files = yield* Effect.orElseSucceed(
    Effect.map(Effect.tryPromise(() => readdir(join(dataDir, "uploads"))), ({ length }) => length),
    () => 0
  )
  yield* Effect.logInfo(
    `found ${users} users with ${
      format(cents)
    }€, ${unfinished} unfinished and ${failed} failed jobs, ${uploads} uploads`
  )
  if (files < uploads) yield* Effect.logWarning(`at least ${uploads - files} uploads have lost their file`)
})
