import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Notifications } from "./Notifications.ts"
import * as SqliteDatabase from "./sqlite/SqliteDatabase.ts"

const sqlite = Layer.merge(SqliteDatabase.layer, Notifications.none)

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
