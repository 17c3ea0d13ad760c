import { Schema } from "effect"
import { rule } from "../domain/Rule.ts"

// ranges instead of \p{…}, as every validator understands them (JSON Schema, Core 6.4)
const halves = "\\ud800-\\udfff"
/**
 * Control characters, half characters, and characters that change the direction or the line of the text around them.
 */
const unprintable = `\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069${halves}`

const countOf = (written: string) => [...written].length

const lengthRule = (most: number) => rule(`doit avoir de 1 à ${most} caractères`, `must have 1 to ${most} characters`)

/** One line of 1 to `most` characters (code points) after trimming. The contract documents this as one pattern. */
const line = (most: number, example: string) =>
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

/** The longest post, in characters. */
const longestContent = 100_000

const Written = Schema.String.pipe(
  Schema.filter((written) => countOf(written) <= longestContent && written.trim() !== "", lengthRule(longestContent)),
  Schema.pattern(
    new RegExp(`^[^\\0${halves}]*$`, "u"),
    rule("ne doit contenir ni NUL ni caractère incomplet", "must not contain NUL or incomplete characters")
  )
)

export const exampleTitle = "Un café asynchrone"
export const exampleContent = "Le barista prépare les deux cafés en parallèle."

/** A user's name. */
export const Name = line(200, "Zoé")

/** A post's title. */
export const Title = line(200, exampleTitle)

/** The text of a post: any lines, trimmed, without NUL and half characters. */
export const Content = Schema.compose(Written, Schema.Trim).annotations({
  jsonSchema: {
    type: "string",
    maxLength: longestContent,
    pattern: `^\\s*[^\\s\\u0000${halves}][^\\u0000${halves}]*$`,
    description: "1 to 100,000 characters, not only spaces",
    examples: [exampleContent]
  }
})
