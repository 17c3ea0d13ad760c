import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { Roster } from "./Roster.ts"

/** The roster that all servers of a PostgreSQL database share, or that of one server in memory. */
export const layer = Layer.unwrapEffect(
  Effect.flatMap(AppConfig, ({ databaseUrl }) =>
    Option.exists(databaseUrl, ({ dialect }) => dialect === "postgres")
      ? Effect.map(Effect.promise(() => import("./SharedRoster.ts")), ({ layer }) => layer)
      : Effect.succeed(Roster.local))
)
