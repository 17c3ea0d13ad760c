import { Duration, Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { type Text, text } from "../../domain/Text.ts"

const transientStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/** Words for Barista's own codes. Codes of the operating system are shown unchanged. */
const faults: Readonly<Record<string, Text>> = {
  unknown: text("cause inconnue", "unknown cause"),
  unreachable: text("connexion impossible", "unreachable"),
  "not-json": text("ce n'est pas du JSON", "not JSON"),
  "too-large": text("elle est trop volumineuse", "too large"),
  "bad-coding": text("son codage ne peut être défait", "its coding cannot be undone")
}

/**
 * 502: the upstream gave no usable answer. `connection` means refused, reset or unknown host. `status` means another
 * status than 2xx, given in `upstream_status`. `body` means not JSON, too large, or an unknown coding. `code` is the
 * operating system's or Barista's own: `ECONNREFUSED`, `not-json`, `too-large`, `bad-coding`. `retry_after` is what a
 * 429 or 503 asks.
 */
export class UpstreamFailed extends Problem.define<UpstreamFailed>()("UpstreamFailed", 502, {
  url: Schema.String,
  reason: Schema.Literal("connection", "status", "body"),
  upstream_status: Schema.optional(Schema.Int),
  code: Schema.optional(Schema.String),
  /** The seconds that the upstream asks to wait. */
  retry_after: Schema.optional(Schema.Number)
}) {
  /** True if the same request may succeed a moment later. */
  get transient(): boolean {
    return this.reason === "connection" ||
      (this.upstream_status !== undefined && transientStatuses.has(this.upstream_status))
  }

  /** The pause that the upstream asks of the policy. */
  get retryAfter(): Duration.Duration | undefined {
    return this.retry_after === undefined ? undefined : Duration.seconds(this.retry_after)
  }

  /** Describes the failure in a sentence. */
  get sentence(): Text {
    const code = this.code ?? "unknown"
    const { en, fr } = faults[code] ?? text(code, code)
    switch (this.reason) {
      case "connection":
        return text(`${this.url} est injoignable (${fr}).`, `${this.url} cannot be reached (${en}).`)
      case "status":
        return text(`${this.url} a répondu ${this.upstream_status}.`, `${this.url} answered ${this.upstream_status}.`)
      case "body":
        return text(
          `La réponse de ${this.url} est inutilisable (${fr}).`,
          `The answer of ${this.url} is unusable (${en}).`
        )
    }
  }

  get problem(): Problem.Description {
    return { title: text("Échec du service amont", "Upstream failure"), detail: this.sentence }
  }

  static connection(url: URL, code: string): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "connection", code })
  }

  static status(url: URL, upstream_status: number, retry_after?: number): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "status", upstream_status, retry_after })
  }

  static body(url: URL, code: "not-json" | "too-large" | "bad-coding"): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "body", code })
  }
}
