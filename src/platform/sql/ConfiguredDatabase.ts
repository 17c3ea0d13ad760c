import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import { Notifications } from "./Notifications.ts"
import * as PostgresDatabase from "./postgres/PostgresDatabase.ts"
import { SharedPermits } from "./SharedPermits.ts"
import * as SqliteDatabase from "./sqlite/SqliteDatabase.ts"

const sqlite = Layer.mergeAll(SqliteDatabase.layer, Notifications.none, SharedPermits.none)

/** The database that `DATABASE_URL` names, by default an SQLite file. */
export const layer = Layer.unwrapEffect(Effect.map(AppConfig, ({ databaseUrl }) => {
  const place = Option.getOrUndefined(databaseUrl)
  return place?.dialect === "postgres" ? PostgresDatabase.layerOf(place) : sqlite
}))
