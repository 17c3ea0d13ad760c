import { UnusableValue } from "../../../domain/ParseIssues.ts"
import { text } from "../../../domain/Text.ts"

const imprecise = new UnusableValue(
  text("doit être un nombre que 64 bits conservent exactement", "must be a number that 64 bits keep exactly"),
  true
)

const repeated = new UnusableValue(text("donné plusieurs fois", "given more than once"), false)

const number = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * Reduces a decimal number to its digits and its power of ten, equal for `1`, `1.0` and `10e-1`. Undefined if the text
 * is not a number.
 */
const normalized = (written: string): string | undefined => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = number.exec(written) ?? []
  if (whole === "") return undefined
  const digits = (whole + fraction).replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  if (significant === "") return "0"
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}

/**
 * True if a double keeps a number as written: 0.3 is kept; 0.29999999999999999 is not, as JavaScript reads it as 0.3.
 */
export const isKept = (written: string): boolean => normalized(written) === normalized(String(Number(written)))

/** Matches the tokens of a valid JSON text: strings, numbers, literals and punctuation. */
const tokens = /"(?:[^"\\]+|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gs

interface Member {
  readonly written: string
  readonly value: unknown
}

/** Reads a valid JSON text as `JSON.parse` does, except for values that `JSON.parse` would alter or choose among. */
class Reader {
  readonly #tokens: IterableIterator<RegExpExecArray>
  readonly #text: string
  #token = ""
  #end = 0

  constructor(json: string) {
    this.#text = json
    this.#tokens = json.matchAll(tokens)
    this.#advance()
  }

  #advance(): void {
    const { value } = this.#tokens.next()
    this.#token = value?.[0] ?? ""
    this.#end = value === undefined ? this.#text.length : value.index + value[0].length
  }

  /** Reads the value that begins at the current token, and moves to the token after it. */
  read(): unknown {
    const token = this.#token
    this.#advance()
    if (token === "{") return this.#object()
    if (token === "[") return this.#array()
    return /^[-\d]/.test(token) && !isKept(token) ? imprecise : JSON.parse(token)
  }

  #array(): ReadonlyArray<unknown> {
    const values: Array<unknown> = []
    while (this.#token !== "]") {
      values.push(this.read())
      if (this.#token === ",") this.#advance()
    }
    this.#advance()
    return values
  }

  #object(): Record<string, unknown> {
    const members = new Map<string, Member>()
    while (this.#token !== "}") {
      const name: string = JSON.parse(this.#token)
      this.#advance()
      const start = this.#end
      this.#advance()
      const value = this.read()
      const written = this.#text.slice(start, this.#end - this.#token.length).trim()
      const before = members.get(name)
      members.set(
        name,
        before === undefined || before.written === written ? { value, written } : { value: repeated, written }
      )
      if (this.#token === ",") this.#advance()
    }
    this.#advance()
    return Object.fromEntries(Array.from(members, ([name, { value }]) => [name, value]))
  }
}

/** Matches numbers with an exponent, or with so many digits that a double may not keep them. */
const maybeImprecise = /\d[\d.]{15}|\d[eE]/

/** Tests whether a name may occur twice. A backslash counts as a yes, because an escape may hide a name. */
const mayRepeat = (json: string, names: ReadonlyArray<string>): boolean =>
  names.length > 0 && json.includes("\\") ||
  names.some((name) => json.indexOf(`"${name}"`) !== json.lastIndexOf(`"${name}"`))

/**
 * Reads a JSON text again for values that `JSON.parse`, whose result is `read`, has altered. A number that a double
 * does not keep becomes an `UnusableValue`, and so does a member given twice with different values. Otherwise the
 * altered value could pass the very rules that the written one breaks. `names` are the members that the schema knows.
 */
export const asWritten = (json: string, read: unknown, names: ReadonlyArray<string>): unknown =>
  maybeImprecise.test(json) || mayRepeat(json, names) ? new Reader(json).read() : read
