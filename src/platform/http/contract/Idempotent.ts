import type { HttpApiEndpoint, HttpMethod } from "@effect/platform"
import { Context, Duration, Option, Schema } from "effect"
import * as Problem from "../../../domain/Problem.ts"
import { text } from "../../../domain/Text.ts"

/** The header of draft-ietf-httpapi-idempotency-key-header. */
export const headerName = "Idempotency-Key"

/** 422: the key was used before, for another operation or another input. */
export class IdempotencyKeyReused extends Problem.define<IdempotencyKeyReused>()("IdempotencyKeyReused", 422, {
  key: Schema.String,
  errors: Schema.Array(Problem.InputIssue)
}) {
  /** Names the header as any other 422 names what it refuses. */
  static of(key: string): IdempotencyKeyReused {
    const issue = {
      loc: ["header", headerName],
      msg: text("a servi à une autre requête", "was used for another request"),
      type: "value_error"
    }
    return new IdempotencyKeyReused({ key, errors: [issue] })
  }

  get problem(): Problem.Description {
    return {
      title: text("Clé d'idempotence déjà utilisée", "Idempotency key used already"),
      detail: text(
        `La clé ${this.key} a servi à une autre requête ; une autre requête demande une autre clé.`,
        `The key ${this.key} was used for another request; another request needs another key.`
      ),
      errors: this.errors
    }
  }
}

/** 409: the first request with that key is still under way, or is being rolled back. */
export class IdempotencyKeyInProgress
  extends Problem.define<IdempotencyKeyInProgress>()("IdempotencyKeyInProgress", 409, {
    key: Schema.String,
    retry_after: Schema.Number
  })
{
  get problem(): Problem.Description {
    return {
      title: text("Requête en cours", "Request under way"),
      detail: text(
        `La première requête de clé ${this.key} est en cours ; réessayer dans ${this.retry_after} s.`,
        `The first request with the key ${this.key} is under way; try again in ${this.retry_after} s.`
      ),
      retryAfter: Duration.seconds(this.retry_after)
    }
  }
}

/** Whether an endpoint takes the header; set by `idempotent`. */
export class Idempotent extends Context.Reference<Idempotent>()("barista/platform/http/Idempotent", {
  defaultValue: (): boolean => false
}) {}

/**
 * Lets the endpoint take an `Idempotency-Key`: requests with one key run once, and the first one's answer is repeated. Its handler then
 * runs inside a database transaction, so it should do nothing but change the database, and answer text. Not for multipart payloads, which
 * are not part of what is compared.
 */
export const idempotent = <
  Name extends string,
  Method extends HttpMethod.HttpMethod,
  Path,
  UrlParams,
  Payload,
  Headers,
  Success,
  Error,
  R,
  RE
>(
  endpoint: HttpApiEndpoint.HttpApiEndpoint<Name, Method, Path, UrlParams, Payload, Headers, Success, Error, R, RE>
) => endpoint.addError(IdempotencyKeyInProgress).addError(IdempotencyKeyReused).annotate(Idempotent, true)

const longest = 255

/** A string of RFC 8941; or bare, without what would end one of several joined by a proxy. The document has the same pattern. */
export const keyPattern = `^("([!#-\\[\\]-~]|\\\\["\\\\]){1,${longest}}"|[!#-+\\--~]{1,${longest}})$`

const isKey = new RegExp(keyPattern)

/** What `readKey` takes, in words. */
export const keyRule = text(
  `doit être de 1 à ${longest} caractères ASCII visibles, entre guillemets (RFC 8941) ou nus`,
  `must be 1 to ${longest} visible ASCII characters, in double quotes (RFC 8941) or bare`
)

/** The key that the header carries: the same with and without its quotes; none where it is no key. */
export const readKey = (written: string): Option.Option<string> =>
  Option.map(
    Option.liftPredicate(written, (key) => isKey.test(key)),
    (key) => key.startsWith("\"") ? key.slice(1, -1).replaceAll(/\\(.)/g, "$1") : key
  )
