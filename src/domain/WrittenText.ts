import { Schema } from "effect"
import { rule } from "./Rule.ts"

// ranges instead of \p{…}, as every validator understands them (JSON Schema, Core 6.4)
const halves = "\\ud800-\\udfff"
/**
 * Control characters, half characters, and characters that change the direction or the line of the text around them.
 */
const unprintable = `\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069${halves}`

const countOf = (written: string) => [...written].length

const lengthRule = (most: number) => rule(`doit avoir de 1 à ${most} caractères`, `must have 1 to ${most} characters`)

/** One line of 1 to `most` characters (code points) after trimming. The contract documents this as one pattern. */
export const line = (most: number, example: string) =>
  Schema.Trim.pipe(
    Schema.filter((written) => {
      const count = countOf(written)
      return count >= 1 && count <= most
    }, lengthRule(most)),
    Schema.pattern(
      new RegExp(`^[^${unprintable}]*$`, "u"),
      rule(
        "ne doit contenir ni caractère de contrôle ou de direction, ni caractère incomplet",
        "must not contain control, direction or incomplete characters"
      )
    )
  ).annotations({
    jsonSchema: {
      type: "string",
      minLength: 1,
      pattern: `^\\s*[^\\s${unprintable}]([^${unprintable}]{0,${most - 2}}[^\\s${unprintable}])?\\s*$`,
      description: `1 to ${most} characters after trimming, without control characters`,
      examples: [example]
    }
  })

/** Lines of 1 to `most` characters, trimmed, without NUL and half characters. */
export const lines = (most: number, example: string) =>
  Schema.compose(
    Schema.String.pipe(
      Schema.filter((written) => countOf(written) <= most && written.trim() !== "", lengthRule(most)),
      Schema.pattern(
        new RegExp(`^[^\\0${halves}]*$`, "u"),
        rule("ne doit contenir ni NUL ni caractère incomplet", "must not contain NUL or incomplete characters")
      )
    ),
    Schema.Trim
  ).annotations({
    jsonSchema: {
      type: "string",
      maxLength: most,
      pattern: `^\\s*[^\\s\\u0000${halves}][^\\u0000${halves}]*$`,
      description: `1 to ${most.toLocaleString("en")} characters, not only spaces`,
      examples: [example]
    }
  })
