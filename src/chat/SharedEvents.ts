import type { SqlClient } from "@effect/sql"
import { Duration, Effect } from "effect"
import { Database } from "../platform/sql/Database.ts"

/** A change of a server's members, and the event that tells of it. */
export interface Change {
  /** The event without id and time, as JSON. */
  readonly event: string
  /** The member that joins or leaves. */
  readonly member: string | undefined
  readonly kind: "joined" | "left" | "said"
  readonly clientId: number
}

/** A row that a server reads back; without an event where there is none. */
export interface Row {
  readonly epoch: string
  readonly id: number | null
  readonly event: string
  readonly member: string | null
  readonly time: number
}

/** Events that one query reads. */
const readAtOnce = 1000

/** The database's clock, in milliseconds since the epoch. */
const now = (sql: SqlClient.SqlClient) => sql.literal("(extract(epoch FROM clock_timestamp()) * 1000)::bigint")

/** The statements on the chat's tables of PostgreSQL, one a method. Each is a transaction of its own. */
export const make = Effect.map(Database, ({ reader, server, writer }) => ({
  /** Enters a server, and begins an epoch after a crash of the database. Returns the epoch and the last event's id. */
  enter: (node: string) =>
    Effect.gen(function*() {
      yield* writer`INSERT INTO nodes (id, seen_at, last_batch, server) VALUES (${node}, ${now(writer)}, 0, ${server})`
      yield* writer`
        INSERT INTO chat_counter (last_id, epoch) VALUES (0, gen_random_uuid()::text) ON CONFLICT DO NOTHING`
      const [row] = yield* writer<{ readonly epoch: string; readonly last_id: number }>`
        SELECT epoch, last_id FROM chat_counter`
      return row ?? { epoch: "", last_id: 0 }
    }),
  /**
   * Publishes a server's changes in their order. A counter's row gives the ids until the commit, so that events become
   * visible in the order of their ids. Does nothing if this batch was published before; returns false if the server
   * was taken for dead.
   */
  publish: (node: string, batch: number, changes: ReadonlyArray<Change>) =>
    Effect.gen(function*() {
      const list = JSON.stringify(changes)
      const published = yield* writer`
        WITH mine AS (
          UPDATE nodes SET last_batch = ${batch} WHERE id = ${node} AND last_batch = ${batch - 1} RETURNING id
        ), change AS (
          SELECT place, value ->> 'event' AS event, value ->> 'member' AS member, value ->> 'kind' AS kind,
            (value ->> 'clientId')::bigint AS client_id
          FROM mine, json_array_elements(${list}::json) WITH ORDINALITY AS given (value, place)
        ), gone AS (
          DELETE FROM chat_members WHERE member IN (SELECT member FROM change WHERE kind = 'left')
        ), come AS (
          INSERT INTO chat_members (member, node, client_id)
          SELECT member, ${node}::text, client_id FROM change AS entering WHERE kind = 'joined'
            AND NOT EXISTS (SELECT 1 FROM change WHERE kind = 'left' AND member = entering.member)
        ), counter AS (
          UPDATE chat_counter SET last_id = last_id + ${changes.length}::bigint FROM mine RETURNING last_id
        )
        INSERT INTO chat_events (id, event, member, time)
        SELECT last_id - ${changes.length}::bigint + place, event, member, ${now(writer)} FROM change, counter
        RETURNING id`
      if (published.length > 0) return true
      const known = yield* writer`SELECT 1 FROM nodes WHERE id = ${node} AND last_batch = ${batch}`
      return known.length > 0
    }),
  /** Reads the epoch and the next events after an id. */
  after: (id: number) =>
    reader<Row>`
      SELECT epoch, next.id, next.event, next.member, next.time FROM chat_counter LEFT JOIN LATERAL (
        SELECT id, event, member, time FROM chat_events WHERE id > ${id} ORDER BY id LIMIT ${readAtOnce} + 0
      ) AS next ON true ORDER BY next.id`,
  isPresent: (clientId: number) =>
    Effect.map(
      reader`SELECT 1 FROM chat_members WHERE client_id = ${clientId} LIMIT 1`,
      (rows) => rows.length > 0
    ),
  /** Counts the members by the name of their server. */
  members: reader<{ readonly server: string; readonly members: number }>`
    SELECT server, COUNT(*) AS members FROM chat_members JOIN nodes ON nodes.id = chat_members.node
    WHERE server IS NOT NULL GROUP BY server`,
  /** Shows that a server lives; returns false if it was taken for dead. */
  beat: (node: string) =>
    Effect.map(
      writer`UPDATE nodes SET seen_at = ${now(writer)} WHERE id = ${node} RETURNING id`,
      (rows) => rows.length > 0
    ),
  /** Removes a server, or those that were silent for `silence`, and publishes that their members left. */
  remove: (which: { readonly node: string } | { readonly silence: Duration.Duration }) =>
    Effect.map(
      writer`
        WITH dead AS (
          DELETE FROM nodes WHERE ${
        "node" in which
          ? writer`id = ${which.node}`
          : writer`seen_at < ${now(writer)} - ${Duration.toMillis(which.silence)}::bigint`
      } RETURNING id
        ), gone AS (
          DELETE FROM chat_members WHERE node IN (SELECT id FROM dead) RETURNING client_id
        ), counter AS (
          UPDATE chat_counter SET last_id = last_id + (SELECT count(*) FROM gone)
          WHERE EXISTS (SELECT 1 FROM gone) RETURNING last_id
        )
        INSERT INTO chat_events (id, event, time)
        SELECT last_id - (SELECT count(*) FROM gone) + row_number() OVER (ORDER BY client_id),
          json_build_object('kind', 'left', 'client_id', client_id)::text, ${now(writer)}
        FROM gone, counter RETURNING id`,
      (events) => events.length
    ),
  /** Deletes events up to an id. */
  forget: (id: number) => Effect.asVoid(writer`DELETE FROM chat_events WHERE id <= ${id}`)
}))
