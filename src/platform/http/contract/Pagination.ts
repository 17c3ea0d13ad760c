import { Effect, Schema } from "effect"
import { DigitsToNumber, Id, idFromText } from "../../../domain/Ids.ts"
import { rule } from "../../../domain/Rule.ts"
import type { Window } from "../../../domain/Window.ts"
import { setHeader } from "./ResponseHeaders.ts"

const limit = Schema.compose(
  DigitsToNumber,
  Schema.Int.pipe(
    Schema.between(1, 1000, rule("doit être un entier de 1 à 1000", "must be a whole number from 1 to 1000"))
  ),
  { strict: false }
).annotations({
  jsonSchema: { type: "integer", minimum: 1, maximum: 1000, default: 100, description: "Rows of a page, 1 to 1000" }
})

/**
 * Query parameters of every list: at most `limit` rows that follow the id `after` in the list's order. The limit is 100
 * by default, and 1,000 at most.
 */
export const PageParams = Schema.Struct({
  limit: Schema.optionalWith(limit, { default: () => 100, exact: true }),
  after: Schema.optionalWith(idFromText(Id, "The id of the last row of the page before"), { exact: true })
})
export type PageParams = typeof PageParams.Type

/**
 * Reads one page by keyset, where `keyOf` says by what rows follow each other. `query` is asked for one row more than
 * the page holds. If that row exists, the answer gets a `Link: <…>; rel="next"` header (RFC 8288) to the next page. The
 * link is on the same `path`, which may have a query of its own.
 */
export const pageBy = <Row>(keyOf: (row: Row) => number) =>
<E, R>(
  path: string,
  { after, limit }: PageParams,
  query: (window: Window) => Effect.Effect<ReadonlyArray<Row>, E, R>
): Effect.Effect<ReadonlyArray<Row>, E, R> =>
  Effect.flatMap(query({ limit: limit + 1, after }), (rows) => {
    const kept = rows.slice(0, limit)
    const last = kept.at(-1)
    return rows.length > limit && last !== undefined
      ? Effect.as(
        setHeader("link", `<${path}${path.includes("?") ? "&" : "?"}limit=${limit}&after=${keyOf(last)}>; rel="next"`),
        kept
      )
      : Effect.succeed(kept)
  })

/** Reads one page of rows that follow each other by their id. */
export const page = <Row extends { readonly id: number }, E, R>(
  path: string,
  params: PageParams,
  query: (window: Window) => Effect.Effect<ReadonlyArray<Row>, E, R>
): Effect.Effect<ReadonlyArray<Row>, E, R> => pageBy<Row>(({ id }) => id)(path, params, query)
