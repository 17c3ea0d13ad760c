import { HttpApiSchema } from "@effect/platform"
import { Duration, Schema } from "effect"
import { Sentence } from "./Rule.ts"
import { Named } from "./Term.ts"
import { type Text, text } from "./Text.ts"

export const contentType = "application/problem+json"

/** The members of RFC 9457. A failure is raised without them; the error layer adds them on the way out. */
export const members = {
  type: Schema.optional(Schema.String.annotations({ description: "URI reference that names the kind of problem" })),
  title: Schema.optional(Schema.String.annotations({ description: "The kind of problem, in a few words" })),
  status: Schema.optional(Schema.Int.annotations({ description: "The HTTP status" })),
  detail: Schema.optional(
    Schema.String.annotations({ description: "The cause of this problem, and the expected input" })
  ),
  instance: Schema.optional(Schema.String.annotations({ description: "The requested path" })),
  trace_id: Schema.optional(Schema.String.annotations({ description: "The trace whose log lines have the details" }))
}

/** The description that a failure gives of itself. The error layer renders it in the language of the request. */
export interface Description {
  readonly title: Text
  readonly detail: Text
  /** Sent as `Retry-After` (RFC 9110, 10.2.3), rounded up to whole seconds. */
  readonly retryAfter?: Duration.Duration
  /** Sent as `Allow` (RFC 9110, 10.2.1). */
  readonly allow?: ReadonlyArray<string>
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** Reasons, written in the language of the request. */
  readonly errors?: ReadonlyArray<InputIssue>
}

export interface Problem {
  readonly _tag: string
  readonly problem: Description
}

/**
 * Defines a failure that a client may see: a tagged error with its HTTP status, encoded as `application/problem+json`
 * (RFC 9457). The subclass gives its title and detail in `problem`.
 */
export const define =
  <Self>() => <Tag extends string, Fields extends Schema.Struct.Fields>(tag: Tag, status: number, fields: Fields) =>
    Schema.TaggedError<Self>(`barista/${tag}`)(
      tag,
      { ...members, ...fields },
      {
        ...HttpApiSchema.annotations({ status }),
        [HttpApiSchema.AnnotationEncoding]: { kind: "Json", contentType }
      }
    )

/**
 * One reason why an input was refused: its place (`["body","email"]`), a sentence and a stable kind, in FastAPI's
 * shape.
 */
export const InputIssue = Schema.Struct({
  loc: Schema.Array(Schema.Union(Schema.String, Schema.Int)),
  msg: Sentence,
  type: Schema.String
})
export type InputIssue = typeof InputIssue.Type

/** 422: the input lacks the form that the contract asks for. Lists all issues at once. */
export class InvalidInput extends define<InvalidInput>()("InvalidInput", 422, { errors: Schema.Array(InputIssue) }) {
  get problem(): Description {
    return {
      title: text("Entrée invalide", "Invalid input"),
      detail: text(
        this.errors.map(({ loc, msg }) => `${loc.join(".")} : ${msg.fr}`).join(" ; "),
        this.errors.map(({ loc, msg }) => `${loc.join(".")}: ${msg.en}`).join("; ")
      ),
      errors: this.errors
    }
  }

  /** Makes the failure of a single issue. */
  static of(loc: ReadonlyArray<string | number>, msg: Text, type: string): InvalidInput {
    return new InvalidInput({ errors: [{ loc, msg, type }] })
  }
}

/** 404: no operation has that path. */
export class RouteNotFound extends define<RouteNotFound>()("RouteNotFound", 404, { path: Schema.String }) {
  get problem(): Description {
    return {
      title: text("Route inconnue", "Unknown route"),
      detail: text(
        `Aucune opération ne répond à ${this.path} ; la liste est sous /openapi.json et /docs.`,
        `No operation answers at ${this.path}; /openapi.json and /docs list them.`
      )
    }
  }
}

/** 405: the path exists, but not with that method. */
export class MethodNotAllowed extends define<MethodNotAllowed>()("MethodNotAllowed", 405, {
  method: Schema.String,
  allow: Schema.Array(Schema.String)
}) {
  get problem(): Description {
    const allowed = this.allow.join(", ")
    return {
      title: text("Méthode non permise", "Method not allowed"),
      detail: text(
        `${this.method} n'est pas permis ici ; méthodes permises : ${allowed}.`,
        `${this.method} is not allowed here; allowed: ${allowed}.`
      ),
      allow: this.allow
    }
  }
}

/** 413: the body, or a part of it, is larger than the limit, in bytes. */
export class PayloadTooLarge extends define<PayloadTooLarge>()("PayloadTooLarge", 413, {
  what: Named,
  limit: Schema.Number
}) {
  get problem(): Description {
    return {
      title: text("Contenu trop volumineux", "Content too large"),
      detail: text(
        `Limite dépassée : ${this.what.fr}, au plus ${this.limit} octets.`,
        `Limit exceeded: ${this.what.en}, at most ${this.limit} bytes.`
      )
    }
  }
}

/** 415: the body's media type or coding is not one that the operation takes; `header` tells which of the two. */
export class UnsupportedMediaType extends define<UnsupportedMediaType>()("UnsupportedMediaType", 415, {
  header: Schema.Literal("Content-Type", "Content-Encoding"),
  received: Schema.String,
  expected: Schema.String
}) {
  get problem(): Description {
    const { expected, header, received } = this
    return {
      title: text("Type de contenu non pris en charge", "Unsupported media type"),
      detail: text(
        `${header} : reçu ${received === "" ? "aucun" : received}, attendu ${expected}.`,
        `${header}: received ${received === "" ? "none" : received}, expected ${expected}.`
      ),
      // the media types or codings that the operation takes (RFC 9110, 15.5.16)
      headers: { [header === "Content-Type" ? "accept" : "accept-encoding"]: expected }
    }
  }

  /** Keeps only the beginning of the received value, which may be long. */
  static of(
    header: UnsupportedMediaType["header"],
    received: string | undefined,
    expected: string
  ): UnsupportedMediaType {
    return new UnsupportedMediaType({ header, received: received?.slice(0, 100) ?? "", expected })
  }
}

/** 401: the request carries no bearer token (RFC 6750) that the server knows. */
export class Unauthorized extends define<Unauthorized>()("Unauthorized", 401, {}) {
  get problem(): Description {
    return {
      title: text("Non authentifié", "Unauthorized"),
      detail: text(
        "Un jeton connu est attendu dans l'en-tête Authorization: Bearer.",
        "A known token is expected in the Authorization: Bearer header."
      ),
      headers: { "www-authenticate": "Bearer" }
    }
  }
}

/** 503: the server is stopping. Another server, or this one after its restart, will answer. */
export class Stopping extends define<Stopping>()("Stopping", 503, { retry_after: Schema.Number }) {
  get problem(): Description {
    return {
      title: text("Arrêt en cours", "Stopping"),
      detail: text(
        `Le serveur s'arrête ; réessayer dans ${this.retry_after} s.`,
        `The server is stopping; try again in ${this.retry_after} s.`
      ),
      retryAfter: Duration.seconds(this.retry_after)
    }
  }
}

/** 503: a bounded queue is full, or load is shed. The request may be tried again later. */
export class Overloaded extends define<Overloaded>()("Overloaded", 503, {
  what: Named,
  retry_after: Schema.Number
}) {
  get problem(): Description {
    return {
      title: text("Service saturé", "Service overloaded"),
      detail: text(
        `Limite atteinte : ${this.what.fr} ; réessayer dans ${this.retry_after} s.`,
        `Limit reached: ${this.what.en}; try again in ${this.retry_after} s.`
      ),
      retryAfter: Duration.seconds(this.retry_after)
    }
  }
}

/** 429: requests come faster than a policy allows. */
export class RateLimited extends define<RateLimited>()("RateLimited", 429, { retry_after: Schema.Number }) {
  get problem(): Description {
    return {
      title: text("Trop de requêtes", "Too many requests"),
      detail: text(
        `Le débit permis est dépassé ; réessayer dans ${this.retry_after} s.`,
        `The permitted rate is exceeded; try again in ${this.retry_after} s.`
      ),
      retryAfter: Duration.seconds(this.retry_after)
    }
  }
}

/** 504: the operation, or a call that it made, exceeded its time in seconds. */
export class TimedOut extends define<TimedOut>()("TimedOut", 504, { what: Schema.String, after: Schema.Number }) {
  get problem(): Description {
    return {
      title: text("Délai dépassé", "Timed out"),
      detail: text(
        `${this.what} n'a pas abouti en ${this.after} s.`,
        `${this.what} did not finish in ${this.after} s.`
      )
    }
  }
}

/** 500: a defect of the server. The cause stays in the log, under the same trace id. */
export class InternalError extends define<InternalError>()("InternalError", 500, {}) {
  get problem(): Description {
    return {
      title: text("Erreur interne", "Internal error"),
      detail: text(
        "Une erreur inattendue s'est produite ; le journal en a la cause sous ce trace_id.",
        "Something unexpected happened; the log has the cause under this trace_id."
      )
    }
  }
}
