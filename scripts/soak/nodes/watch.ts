// Clients of one server, each asking again and again, and the answers that they get.
import { Clock, Effect, Option, Schema } from "effect"
import { ask } from "../../harness/client.ts"

/** An answer; status 0 is none. `at` is the moment of the request, in milliseconds since the epoch. */
export interface Seen {
  readonly at: number
  readonly milliseconds: number
  readonly status: number
  readonly retryAfter: string | undefined
  readonly reason: string | undefined
}

/** Pause between two requests of a kind. */
const pause = "100 millis"

const Problem = Schema.parseJson(Schema.Struct({ reason: Schema.optional(Schema.String) }))

const reasonIn = (body: string) =>
  Option.getOrUndefined(Option.flatMapNullable(Schema.decodeOption(Problem)(body), ({ reason }) => reason))

const see = (port: number, method: string, path: string, json?: unknown) =>
  Effect.gen(function*() {
    const at = yield* Clock.currentTimeMillis
    const began = performance.now()
    const answer = yield* Effect.option(ask(port, method, path, json))
    return {
      at,
      milliseconds: Math.round(performance.now() - began),
      status: Option.match(answer, { onNone: () => 0, onSome: ({ status }) => status }),
      retryAfter: Option.getOrUndefined(Option.flatMapNullable(answer, ({ headers }) => headers["retry-after"])),
      reason: Option.getOrUndefined(Option.flatMapNullable(answer, ({ body }) => reasonIn(body)))
    } satisfies Seen
  })

/**
 * Asks a server until the scope closes: whether it lives, whether it is ready, and for work of the database. `changes`
 * and `reads` say which. Users made here have names of their own.
 */
export const watch = Effect.fnUntraced(function*(port: number) {
  const seen = { live: Array<Seen>(), ready: Array<Seen>(), reads: Array<Seen>(), changes: Array<Seen>() }
  let n = 0
  const user = () => {
    const name = `watch-${port}-${n++}-${performance.now()}`
    return { name, email: `${name}@example.com` }
  }
  const repeatedly = (all: Array<Seen>, question: Effect.Effect<Seen>) =>
    Effect.forkScoped(Effect.forever(Effect.zipRight(
      Effect.map(question, (one) => all.push(one)),
      Effect.sleep(pause)
    )))
  yield* repeatedly(seen.live, see(port, "GET", "/health/live"))
  yield* repeatedly(seen.ready, see(port, "GET", "/health/ready"))
  yield* repeatedly(seen.reads, see(port, "GET", "/accounts/1"))
  yield* repeatedly(seen.changes, Effect.suspend(() => see(port, "POST", "/users/", user())))
  return seen
})

export type Watched = Effect.Effect.Success<ReturnType<typeof watch>>
