import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Notifications } from "./Notifications.ts"
import { SharedPermits } from "./SharedPermits.ts"
import * as SqliteDatabase from "./sqlite/SqliteDatabase.ts"

const sqlite = Layer.mergeAll(SqliteDatabase.layer, Notifications.none, SharedPermits.none)

/**
 * The database that `DATABASE_URL` names, by default an SQLite file. Code and driver for PostgreSQL are loaded only
 * where they are used.
 */
export const layer = Layer.unwrapEffect(Effect.flatMap(AppConfig, ({ databaseUrl }) => {
  const place = Option.getOrUndefined(databaseUrl)
  return place?.dialect === "postgres"
    ? Effect.map(Effect.promise(() => import("./postgres/PostgresDatabase.ts")), ({ layerOf }) => layerOf(place))
    : Effect.succeed(sqlite)
}))
