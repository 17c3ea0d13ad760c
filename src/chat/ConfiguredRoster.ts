import { Effect, Layer, Option } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { ChatMembers } from "../domain/ChatMembers.ts"
import { Database } from "../platform/sql/Database.ts"
import { Roster } from "./Roster.ts"
import * as SharedRoster from "./SharedRoster.ts"

/** The roster that all servers of a PostgreSQL database share, or that of one server in memory. */
export const layer = Layer.unwrapEffect(
  Effect.map(
    AppConfig,
    ({ databaseUrl }) =>
      Option.exists(databaseUrl, ({ dialect }) => dialect === "postgres") ? SharedRoster.layer : Roster.local
  )
)

/** Tells other chapters how many members each server has. */
export const members = Layer.effect(
  ChatMembers,
  Effect.zipWith(Roster, Database, (roster, { server }) => roster.members(server))
)
