import { HttpServerResponse } from "@effect/platform"
import { Clock, Context, Duration, Effect, Layer, Option, Predicate } from "effect"
import { AppConfig } from "../../../AppConfig.ts"
import type { Problem } from "../../../domain/Problem.ts"
import { Database } from "../../sql/Database.ts"
import { orDefect } from "../../sql/orDefect.ts"
import { removeAll } from "../../sql/removeAll.ts"
import { IdempotencyKeyInProgress, IdempotencyKeyReused } from "../contract/Idempotent.ts"
import { tokenOf } from "../exchange/BearerTokens.ts"
import { canonical, sha256 } from "./fingerprint.ts"
import { IdempotencyKeysRepo, type KeptResponse } from "./IdempotencyKeysRepo.ts"

type Response = HttpServerResponse.HttpServerResponse

/** A request with an idempotency key. */
export interface Keyed {
  readonly key: string
  /** Caller that the key belongs to, since two callers may use one key for different requests. */
  readonly authorization: string | undefined
  readonly operation: string
  /** Decoded path, query and payload, so that their spelling makes no difference. */
  readonly input: unknown
  readonly respond: Effect.Effect<Response, Problem>
  readonly render: (problem: Problem) => Response
}

const removedAtOnce = 1000

/** Seconds. A request with a key only changes the database, so it ends soon. */
const retry_after = 1

const utf8 = new TextDecoder("utf-8", { fatal: true })

const bodyOf = ({ body }: Response): Effect.Effect<string | null> => {
  if (body._tag === "Empty") return Effect.succeed(null)
  if (body._tag === "Raw" && Predicate.isString(body.body)) return Effect.succeed(body.body)
  return body._tag === "Uint8Array"
    ? Effect.orDie(Effect.try(() => utf8.decode(body.body)))
    : Effect.dieMessage(`an answer that is a ${body._tag} cannot be kept for its idempotency key`)
}

const replay = ({ body, headers, status }: KeptResponse): Response => {
  const options = { status, headers: { ...headers, "idempotency-replayed": "true" } }
  return body === null ? HttpServerResponse.empty(options) : HttpServerResponse.text(body, options)
}

/** True if an answer is a result of the operation. A 5xx or a `Retry-After` means a passing failure. */
const isResult = ({ headers, status }: Response) => status < 500 && headers["retry-after"] === undefined

/** The scope and key that a response is kept under, and the fingerprint that must not differ. */
interface Identity {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
}

const identityOf = ({ authorization, input, key, operation }: Keyed): Identity => {
  const token = tokenOf(authorization)
  return { scope: token === undefined ? "" : sha256(token), key, fingerprint: sha256(canonical([operation, input])) }
}

/**
 * Runs requests with an idempotency key as draft-ietf-httpapi-idempotency-key-header says. The operation's change and
 * its answer under the key commit in one transaction, so a crash leaves both or neither. A success and a 4xx are
 * results and are kept. A 5xx, a failure with Retry-After, a timeout and an interruption undo everything and leave the
 * key free.
 */
export class IdempotencyKeys extends Context.Tag("barista/platform/idempotency/IdempotencyKeys")<IdempotencyKeys, {
  /**
   * Runs a request, or repeats the first answer with that key, with the language and trace id of the first answer.
   * Fails with `IdempotencyKeyReused` if the first request was a different one, with `IdempotencyKeyInProgress` while
   * it runs.
   */
  readonly once: (request: Keyed) => Effect.Effect<Response, Problem>
  /** Deletes answers older than `IDEMPOTENCY_KEY_RETENTION`, and returns their number. */
  readonly removeExpired: Effect.Effect<number>
}>() {
  static readonly layer = Layer.effect(
    IdempotencyKeys,
    Effect.gen(function*() {
      const { idempotencyKeyRetention } = yield* AppConfig
      const repo = yield* IdempotencyKeysRepo
      const { transaction } = yield* Database
      const retention = Duration.toMillis(idempotencyKeyRetention)
      /** Fingerprints of requests in flight, by scope and key. Bounded, because each request adds at most one. */
      const running = new Map<string, string>()

      /** Runs the operation and keeps its result, in the caller's transaction. */
      const run = Effect.fnUntraced(function*(identity: Identity, { render, respond }: Keyed) {
        // The nested transaction undoes a failed operation, and still keeps its answer.
        const response = yield* orDefect(transaction(respond)).pipe(
          Effect.catchAll((problem) => {
            const refusal = render(problem)
            return isResult(refusal) ? Effect.succeed(refusal) : Effect.fail(problem)
          })
        )
        const { headers, status } = response
        const body = yield* bodyOf(response)
        const now = yield* Clock.currentTimeMillis
        const row = { ...identity, status, headers: { ...headers }, body, created_at: now }
        const kept = yield* repo.keep({ row, expired: now - retention })
        // If another process on the same database was faster, everything is rolled back.
        return Option.isSome(kept) ? response : yield* new IdempotencyKeyInProgress({ key: identity.key, retry_after })
      })

      const replayOrRun = Effect.fnUntraced(function*(identity: Identity, keyed: Keyed) {
        const { fingerprint, key, scope } = identity
        const now = yield* Clock.currentTimeMillis
        const kept = yield* orDefect(repo.find({ scope, key, expired: now - retention }))
        if (Option.isNone(kept)) return yield* orDefect(transaction(run(identity, keyed)))
        return kept.value.fingerprint === fingerprint ? replay(kept.value) : yield* IdempotencyKeyReused.of(key)
      })

      /** Fails while another request with the key runs; otherwise returns the id of its entry in `running`. */
      const claim = ({ fingerprint, key, scope }: Identity) =>
        Effect.suspend((): Effect.Effect<string, Problem> => {
          const id = `${scope} ${key}`
          const other = running.get(id)
          if (other === undefined) {
            running.set(id, fingerprint)
            return Effect.succeed(id)
          }
          return other === fingerprint
            ? new IdempotencyKeyInProgress({ key, retry_after })
            : IdempotencyKeyReused.of(key)
        })

      return {
        once: (keyed) =>
          Effect.suspend(() => {
            const identity = identityOf(keyed)
            return Effect.acquireUseRelease(
              claim(identity),
              () => replayOrRun(identity, keyed),
              // Released after the commit or the rollback; until then another request with the key is told to wait.
              (id) => Effect.sync(() => running.delete(id))
            )
          }),
        removeExpired: removeAll(removedAtOnce, (limit) =>
          Clock.currentTimeMillis.pipe(
            Effect.flatMap((now) => orDefect(repo.removeExpired({ expired: now - retention, limit }))),
            Effect.map(({ length }) => length)
          ))
      }
    })
  ).pipe(Layer.provide(IdempotencyKeysRepo.layer))
}
