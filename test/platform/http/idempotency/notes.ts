import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import type { SqlError } from "@effect/sql"
import { Context, Duration, Effect, Layer, Logger, Schema } from "effect"
import { AppConfig } from "../../../../src/AppConfig.ts"
import * as Problem from "../../../../src/domain/Problem.ts"
import { localized, text } from "../../../../src/domain/Text.ts"
import { idempotent } from "../../../../src/platform/http/contract/Idempotent.ts"
import { Params } from "../../../../src/platform/http/contract/Params.ts"
import { setHeader } from "../../../../src/platform/http/contract/ResponseHeaders.ts"
import { IdempotencyKeys } from "../../../../src/platform/http/idempotency/IdempotencyKeys.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { orDefect } from "../../../../src/platform/sql/orDefect.ts"
import * as App from "../../../support/app.ts"
import * as TestDatabase from "../../../support/Database.ts"
import { onDialect } from "../../../support/dialect.ts"

/** A failure after the change. */
export class Refused extends Problem.define<Refused>()("Refused", 409, {}) {
  get problem(): Problem.Description {
    return { title: text("Refusé", "Refused"), detail: text("Refusé.", "Refused.") }
  }
}

/** A transient failure. */
export class Busy extends Problem.define<Busy>()("Busy", 429, {}) {
  get problem(): Problem.Description {
    return { title: text("Occupé", "Busy"), detail: text("Occupé.", "Busy."), retryAfter: Duration.seconds(3) }
  }
}

const Note = Params({ text: Schema.String })
const Written = Schema.Struct({ id: Schema.Int, said: Schema.String })

const api = HttpApi.make("test").add(
  HttpApiGroup.make("notes")
    .add(
      HttpApiEndpoint.post("write", "/notes").setPayload(Note).addSuccess(Written, { status: 201 }).pipe(idempotent)
    )
    .add(
      HttpApiEndpoint.post("copy", "/copies").setPayload(Note).addSuccess(Written, { status: 201 }).pipe(idempotent)
    )
    .add(HttpApiEndpoint.post("plain", "/plain").setPayload(Note).addSuccess(Written, { status: 201 }))
)

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * A test's step after the note is written. The step may read the request, whose headers are not part of its
 * fingerprint.
 */
type AfterWriting = (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<unknown, Problem.Problem>

interface Asked {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly payload: { readonly text: string }
}

/** A contract of three operations, two of which take idempotency keys, over a real database. */
export class Notes extends Context.Tag("barista/test/Notes")<Notes, {
  readonly post: (target: string, headers?: Record<string, string>) => Effect.Effect<Answer>
  /** Sends `POST /notes` with a key. */
  readonly write: (key: string, written: string, headers?: Record<string, string>) => Effect.Effect<Answer>
  /** Sets the step that follows the writing of a note. */
  readonly afterWriting: (next: AfterWriting) => void
  /** Lists the texts of all notes. */
  readonly texts: Effect.Effect<ReadonlyArray<string>, SqlError.SqlError>
  /** Lists the kept keys. */
  readonly keys: Effect.Effect<ReadonlyArray<string>, SqlError.SqlError>
}>() {
  static readonly layer = Layer.effect(
    Notes,
    Effect.gen(function*() {
      const { transaction, writer } = yield* Database
      const id = onDialect({ sqlite: "INTEGER PRIMARY KEY", postgres: "SERIAL PRIMARY KEY" })
      yield* writer`CREATE TABLE notes (id ${writer.literal(id)}, text TEXT NOT NULL)`
      let after: AfterWriting = () => Effect.void
      const insert = (text: string) =>
        Effect.map(
          writer<{ id: number }>`INSERT INTO notes (text) VALUES (${text}) RETURNING id`,
          ([row]) => row?.id ?? 0
        )
      const write = ({ payload, request }: Asked) =>
        Effect.gen(function*() {
          const id = yield* orDefect(transaction(insert(payload.text)))
          yield* after(request)
          yield* setHeader("location", `/notes/${id}`)
          return { id, said: yield* localized(text("écrit", "written")) }
        })
      const handle = { write, copy: write, plain: write }
      const app = yield* App.make(api, { notes: handle as never })
      const post = (target: string, headers: Record<string, string> = {}) =>
        Effect.gen(function*() {
          const request = HttpServerRequest.fromWeb(
            new Request(`http://localhost${target}`, { method: "POST", headers })
          )
          const answer = HttpServerResponse.toWeb(yield* app(request))
          return {
            status: answer.status,
            headers: answer.headers,
            body: yield* Effect.promise(() => answer.text())
          } satisfies Answer
        })
      return {
        post,
        write: (key, written, headers = {}) => post(`/notes?text=${written}`, { "idempotency-key": key, ...headers }),
        afterWriting: (next) => {
          after = next
        },
        texts: Effect.map(
          writer<{ text: string }>`SELECT text FROM notes ORDER BY id`,
          (rows) => rows.map(({ text }) => text)
        ),
        keys: Effect.map(
          writer<{ key: string }>`SELECT key FROM idempotency_keys ORDER BY key`,
          (rows) => rows.map(({ key }) => key)
        )
      }
    })
  ).pipe(
    Layer.provideMerge(IdempotencyKeys.layer),
    Layer.provideMerge(TestDatabase.layer),
    Layer.provide(Lifecycle.layer),
    Layer.provide(AppConfig.layerWith({})),
    Layer.provide(Logger.remove(Logger.defaultLogger))
  )
}
