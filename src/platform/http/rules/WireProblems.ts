import { Schema } from "effect"
import * as Problem from "../../../domain/Problem.ts"
import { Named } from "../../../domain/Term.ts"
import { text } from "../../../domain/Text.ts"

/** 400: the request is not valid HTTP/1.1. `reason` is the parser's code, or the faulty part of the head. */
export class MalformedRequest extends Problem.define<MalformedRequest>()("MalformedRequest", 400, {
  reason: Named
}) {
  get problem(): Problem.Description {
    return {
      title: text("Requête malformée", "Malformed request"),
      detail: text(
        `La requête n'est pas du HTTP/1.1 valide (${this.reason.fr}).`,
        `The request is not valid HTTP/1.1 (${this.reason.en}).`
      )
    }
  }
}

/** 400: the Host header of HTTP/1.1 is missing, repeated or malformed (RFC 9112, 3.2). */
export class InvalidHost extends Problem.define<InvalidHost>()("InvalidHost", 400, {
  reason: Schema.Literal("missing", "repeated", "malformed")
}) {
  get problem(): Problem.Description {
    return {
      title: text("Hôte invalide", "Invalid host"),
      detail: text(
        "HTTP/1.1 exige un en-tête Host, et un seul, de la forme nom:port.",
        "HTTP/1.1 requires one Host header, and only one, of the form name:port."
      )
    }
  }
}

/** 408: the request did not arrive in time. */
export class RequestTimeout extends Problem.define<RequestTimeout>()("RequestTimeout", 408, {}) {
  get problem(): Problem.Description {
    return {
      title: text("Requête trop lente", "Request timeout"),
      detail: text("La requête n'est pas arrivée à temps.", "The request did not arrive in time.")
    }
  }
}

/** 414: the request target is longer than the limit, in bytes. */
export class UriTooLong extends Problem.define<UriTooLong>()("UriTooLong", 414, { limit: Schema.Number }) {
  get problem(): Problem.Description {
    return {
      title: text("URI trop longue", "URI too long"),
      detail: text(
        `Le chemin et la requête dépassent ${this.limit} octets.`,
        `The path and the query exceed ${this.limit} bytes.`
      )
    }
  }
}

/** 417: the request has an expectation that the server does not know (RFC 9110, 10.1.1). */
export class ExpectationFailed
  extends Problem.define<ExpectationFailed>()("ExpectationFailed", 417, { received: Schema.String })
{
  get problem(): Problem.Description {
    return {
      title: text("Attente non satisfaite", "Expectation failed"),
      detail: text(
        `Expect: ${this.received} est inconnu ; seul 100-continue est compris.`,
        `Expect: ${this.received} is unknown; only 100-continue is understood.`
      )
    }
  }
}

/** 431: the headers exceed the limit, in bytes or in lines. */
export class HeadersTooLarge extends Problem.define<HeadersTooLarge>()("HeadersTooLarge", 431, {
  limit: Schema.Number,
  unit: Schema.Literal("bytes", "lines")
}) {
  get problem(): Problem.Description {
    const unit = { bytes: "octets", lines: "lignes" }[this.unit]
    return {
      title: text("En-têtes trop volumineux", "Headers too large"),
      detail: text(
        `Les en-têtes dépassent la limite de ${this.limit} ${unit}.`,
        `The headers exceed the limit of ${this.limit} ${this.unit}.`
      )
    }
  }
}

/** 501: the server does not know the method, or CONNECT asks for a tunnel (RFC 9110, 15.6.2). */
export class MethodNotImplemented extends Problem.define<MethodNotImplemented>()("MethodNotImplemented", 501, {
  method: Schema.String
}) {
  get problem(): Problem.Description {
    return {
      title: text("Méthode inconnue", "Method not implemented"),
      detail: text(
        `${this.method} n'est pas une méthode de ce serveur, qui n'est pas un mandataire.`,
        `${this.method} is not a method of this server, which is not a proxy.`
      )
    }
  }
}

/** 501: the body has a transfer coding that the server does not know (RFC 9112, 6.1). */
export class TransferCodingNotImplemented
  extends Problem.define<TransferCodingNotImplemented>()("TransferCodingNotImplemented", 501, {
    received: Schema.String
  })
{
  get problem(): Problem.Description {
    return {
      title: text("Codage de transfert inconnu", "Transfer coding not implemented"),
      detail: text(
        `Transfer-Encoding: ${this.received} est inconnu ; seul chunked est compris.`,
        `Transfer-Encoding: ${this.received} is unknown; only chunked is understood.`
      )
    }
  }
}

/** 505: the version of HTTP is neither 1.0 nor 1.1. */
export class HttpVersionNotSupported
  extends Problem.define<HttpVersionNotSupported>()("HttpVersionNotSupported", 505, {})
{
  get problem(): Problem.Description {
    return {
      title: text("Version de HTTP inconnue", "HTTP version not supported"),
      detail: text("Seuls HTTP/1.0 et HTTP/1.1 sont compris.", "Only HTTP/1.0 and HTTP/1.1 are understood.")
    }
  }
}
