import { Data } from "effect"
import { type Text, text } from "../../domain/Text.ts"

/** The recorded times are too few, or end too early, to base a policy on. `needed` is the number that would do. */
export class ThinData extends Data.TaggedError("ThinData")<{
  readonly samples: number
  readonly needed: number
  /** The quantile that cannot be bounded, as a share. */
  readonly quantile: number
  /** The share of samples that were given up before their end. */
  readonly givenUp: number
}> {
  get sentence(): Text {
    const p = `p${Number((this.quantile * 100).toFixed(3))}`
    return this.samples < this.needed
      ? text(
        `Trop peu de mesures (${this.samples}) : une borne de ${p} en demande ${this.needed}, et une de p99.9, 2995.`,
        `Too few samples (${this.samples}): a bound of ${p} needs ${this.needed}, and one of p99.9 needs 2995.`
      )
      : text(
        `${
          Number((this.givenUp * 100).toFixed(2))
        } % des mesures ont été abandonnées avant leur fin : ${p} reste inconnu.`,
        `${Number((this.givenUp * 100).toFixed(2))} % of the samples were given up before their end: ${p} is unknown.`
      )
  }

  override get message(): string {
    return this.sentence.en
  }
}

/** The question names times that nobody gave: a file that was not read, or an upstream that was not measured. */
export class NoLatencies extends Data.TaggedError("NoLatencies")<{ readonly from: "file" | "measured" }> {
  get sentence(): Text {
    return this.from === "file"
      ? text("Un fichier de mesures n'est lu que par la commande.", "A file of samples is read by the command alone.")
      : text("Rien n'a été mesuré de l'amont.", "Nothing was measured of the upstream.")
  }

  override get message(): string {
    return this.sentence.en
  }
}
