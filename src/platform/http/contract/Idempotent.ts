import type { HttpApiEndpoint, HttpMethod } from "@effect/platform"
import { Context, Duration, Option, Schema } from "effect"
import * as Problem from "../../../domain/Problem.ts"
import { text } from "../../../domain/Text.ts"

/** Header of draft-ietf-httpapi-idempotency-key-header. */
export const headerName = "Idempotency-Key"

/** 422: the key was used before, for another operation or another input. */
export class IdempotencyKeyReused extends Problem.define<IdempotencyKeyReused>()("IdempotencyKeyReused", 422, {
  key: Schema.String,
  errors: Schema.Array(Problem.InputIssue)
}) {
  /** Makes the error, which names the header, as every other 422 names the part that it rejects. */
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

/** 409: the first request with the key is still in flight, or is being rolled back. */
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

/** True for endpoints that take the header. `idempotent` sets it. */
export class Idempotent extends Context.Reference<Idempotent>()("barista/platform/http/Idempotent", {
  defaultValue: (): boolean => false
}) {}

/**
 * Lets an endpoint take an `Idempotency-Key`: requests with the same key run once and get the same answer. The handler
 * runs inside a database transaction, so the handler must only change the database, and answer text. Multipart payloads
 * are not supported, because the comparison of requests leaves them out.
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

/**
 * Pattern of a key: a string of RFC 8941, or a bare key. A bare key has none of the characters that separate values
 * joined by a proxy. The OpenAPI document has the same pattern.
 */
export const keyPattern = `^("([!#-\\[\\]-~]|\\\\["\\\\]){1,${longest}}"|[!#-+\\--~]{1,${longest}})$`

const isKey = new RegExp(keyPattern)

/** The rule of `readKey` in words. */
export const keyRule = text(
  `doit être de 1 à ${longest} caractères ASCII visibles, entre guillemets (RFC 8941) ou nus`,
  `must be 1 to ${longest} visible ASCII characters, in double quotes (RFC 8941) or bare`
)

/** Reads the key from a header, with or without quotes; `None` if the value is not a key. */
export const readKey = (written: string): Option.Option<string> =>
  Option.map(
    Option.liftPredicate(written, (key) => isKey.test(key)),
    (key) => key.startsWith("\"") ? key.slice(1, -1).replaceAll(/\\(.)/g, "$1") : key
  )
