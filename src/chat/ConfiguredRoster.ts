import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { ChatMembers } from "../domain/ChatMembers.ts"
import { Database } from "../platform/sql/Database.ts"
import { Roster } from "./Roster.ts"

/** The roster that all servers of a PostgreSQL database share, or that of one server in memory. */
export const layer = Layer.unwrapEffect(
  Effect.flatMap(AppConfig, ({ databaseUrl }) =>
    Option.exists(databaseUrl, ({ dialect }) => dialect === "postgres")
      ? Effect.map(Effect.promise(() => import("./SharedRoster.ts")), ({ layer }) => layer)
      : Effect.succeed(Roster.local))
)

/** Tells other chapters how many members each server has. */
export const members = Layer.effect(
  ChatMembers,
  Effect.zipWith(Roster, Database, (roster, { server }) => roster.members(server))
)
