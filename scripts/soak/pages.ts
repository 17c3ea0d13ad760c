import { Effect, Schema } from "effect"
import { ask } from "../harness/client.ts"

/** Reads a list page after page, as long as an answer links to the next one. */
export const readPages = Effect.fnUntraced(function*<A, I>(port: number, path: string, row: Schema.Schema<A, I>) {
  const decode = Schema.decodeUnknown(Schema.parseJson(Schema.Array(row)))
  const rows: Array<A> = []
  let next: string | undefined = path
  while (next !== undefined) {
    const answer: Effect.Effect.Success<ReturnType<typeof ask>> = yield* ask(port, "GET", next)
    rows.push(...yield* decode(answer.body))
    next = /<([^>]+)>; rel="next"/.exec(String(answer.headers["link"]))?.[1]
  }
  return rows
})
