import { Schema } from "effect"
import * as Problem from "../../domain/Problem.ts"
import { type Text, text } from "../../domain/Text.ts"

const transientStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

/**
 * 502: the upstream gave no usable answer. `connection`: refused, reset, unknown host; `status`: another status than 2xx,
 * in `upstream_status`; `body`: not JSON, too large, or in a coding that cannot be undone. `code` is the operating system's or ours:
 * `ECONNREFUSED`, `not-json`, `too-large`, `bad-coding`.
 */
export class UpstreamFailed extends Problem.define<UpstreamFailed>()("UpstreamFailed", 502, {
  url: Schema.String,
  reason: Schema.Literal("connection", "status", "body"),
  upstream_status: Schema.optional(Schema.Int),
  code: Schema.optional(Schema.String)
}) {
  /** Whether the same request may well succeed a moment later. */
  get transient(): boolean {
    return this.reason === "connection" ||
      (this.upstream_status !== undefined && transientStatuses.has(this.upstream_status))
  }

  /** What went wrong, in a sentence. */
  get sentence(): Text {
    const code = this.code ?? ""
    switch (this.reason) {
      case "connection":
        return text(`${this.url} est injoignable (${code}).`, `${this.url} cannot be reached (${code}).`)
      case "status":
        return text(`${this.url} a répondu ${this.upstream_status}.`, `${this.url} answered ${this.upstream_status}.`)
      case "body":
        return text(
          `La réponse de ${this.url} est inutilisable (${code}).`,
          `The answer of ${this.url} is unusable (${code}).`
        )
    }
  }

  get problem(): Problem.Description {
    return { title: text("Échec du service amont", "Upstream failure"), detail: this.sentence }
  }

  static connection(url: URL, code: string): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "connection", code })
  }

  static status(url: URL, upstream_status: number): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "status", upstream_status })
  }

  static body(url: URL, code: "not-json" | "too-large" | "bad-coding"): UpstreamFailed {
    return new UpstreamFailed({ url: url.href, reason: "body", code })
  }
}
