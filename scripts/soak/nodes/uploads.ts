// Clients that upload files, and the files in the database.
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Effect, Either, Random, Schema } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { exactly, without } from "../../harness/checks.ts"
import { ask } from "../../harness/postgresClient.ts"
import { count, nameOf } from "../crash/Clients.ts"

const Answer = Schema.parseJson(Schema.Struct({ id: Schema.Number, sha256: Schema.String }))

/** The largest file, in bytes: some chunks. */
const largest = 1_500_000

/** Files that were accepted, with the client's own hashes, and all outcomes. */
export interface Uploads {
  readonly accepted: Map<number, string>
  readonly outcomes: Map<string, number>
  /** Tries without an answer, each of which may have stored a file. */
  unanswered: number
}

const attempt = Effect.fnUntraced(function*(origin: string, bytes: Buffer, uploads: Uploads) {
  const client = yield* HttpClient.HttpClient
  const form = new FormData()
  form.append("file", new Blob([bytes]), "random.bin")
  const answer = yield* HttpClientRequest.post(`${origin}/upload-async/`).pipe(
    HttpClientRequest.bodyFormData(form),
    client.execute,
    Effect.flatMap((response) => Effect.map(response.text, (text) => ({ status: response.status, text }))),
    Effect.timeout("15 seconds"),
    Effect.either
  )
  if (Either.isLeft(answer)) {
    uploads.unanswered++
    count(uploads.outcomes, "no answer")
    return
  }
  const { status, text } = answer.right
  count(uploads.outcomes, nameOf(status, text))
  // the outcome of a commit may be unknown
  if (status >= 500) uploads.unanswered++
  if (status >= 300) return
  uploads.accepted.set((yield* Schema.decode(Answer)(text)).id, createHash("sha256").update(bytes).digest("hex"))
})

/** Runs clients that upload one file after the other while `open` holds. */
export const upload = Effect.fnUntraced(function*(origin: Effect.Effect<string>, clients: number, open: () => boolean) {
  const uploads: Uploads = { accepted: new Map(), outcomes: new Map(), unanswered: 0 }
  const client = Effect.gen(function*() {
    while (open()) {
      const bytes = randomBytes(yield* Random.nextIntBetween(1, largest))
      yield* attempt(yield* origin, bytes, uploads)
      yield* Effect.sleep("200 millis")
    }
  })
  yield* Effect.all(Array.from({ length: clients }, () => client), { concurrency: clients, discard: true })
  return uploads
})

/** Checks that every accepted file is whole, and that no file is there without a row. */
export const uploadChecks = Effect.fnUntraced(function*(url: string, { accepted, unanswered }: Uploads) {
  const rows = yield* ask(
    url,
    `SELECT u.id::int, u.sha256, f.is_published,
       (SELECT encode(sha256(string_agg(bytes, ''::bytea ORDER BY number)), 'hex')
        FROM file_chunks WHERE stored_as = u.stored_as) AS found
     FROM uploads AS u LEFT JOIN files AS f USING (stored_as)`
  )
  const found = new Map(rows.map((row) => [Number(row["id"]), row]))
  const isWhole = (id: number, hash: string) => {
    const row = found.get(id)
    return row?.["sha256"] === hash && row["found"] === hash && row["is_published"] === true
  }
  const [strays] = yield* ask(
    url,
    "SELECT COUNT(*)::int AS n FROM files WHERE is_published AND stored_as NOT IN (SELECT stored_as FROM uploads)"
  )
  const more = rows.length - accepted.size
  return [
    without(
      `each of the ${accepted.size} accepted files is whole`,
      [...accepted].filter(([id, hash]) => !isWhole(id, hash)).map(([id]) => `upload ${id}`)
    ),
    without(
      "each row has its whole file",
      rows.filter((row) => row["found"] !== row["sha256"] || row["is_published"] !== true).map((row) =>
        JSON.stringify(row)
      )
    ),
    exactly("published files without a row", 0, Number(strays?.["n"])),
    {
      name: `files whose clients were not answered, of ${unanswered} such tries`,
      measured: String(more),
      met: more >= 0 && more <= unanswered
    }
  ]
})
