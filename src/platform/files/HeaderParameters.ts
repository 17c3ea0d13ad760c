import { Option } from "effect"

/** A structured header. `form-data; name="file"` is the value `form-data` with the parameter `name`. */
export interface Parameterized {
  /** Value in lower case, like the parameters' names, since both are case-insensitive. */
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const head = new RegExp(`^[ \\t]*(${token}(?:/${token})?)[ \\t]*(?=;|$)`)
/** Wider than a token, because clients leave the `=` and `/` of a boundary unquoted. */
const unquoted = "[^ \\t\";\\\\]+"
const parameter = new RegExp(`;[ \\t]*(${token})=(?:"((?:[^"\\\\]|\\\\.)*)"|(${unquoted}))[ \\t]*`, "sy")
const trailingSemicolon = /^;[ \t]*$/

/** Unescapes only quotes and backslashes, because browsers send `a\b.txt` unescaped. */
const unescape = (quoted: string) => quoted.replace(/\\(["\\])/g, "$1")

/**
 * Parses a header value with parameters (RFC 9110, 5.6.6) strictly; `None` for anything malformed, and for a repeated
 * parameter.
 */
export const parse = (header: string): Option.Option<Parameterized> => {
  const value = head.exec(header)
  if (value?.[1] === undefined) return Option.none()
  const parameters = new Map<string, string>()
  let position = value[0].length
  while (position < header.length && !trailingSemicolon.test(header.slice(position))) {
    parameter.lastIndex = position
    const match = parameter.exec(header)
    const name = match?.[1]?.toLowerCase()
    if (match === null || name === undefined || parameters.has(name)) return Option.none()
    parameters.set(name, match[2] === undefined ? match[3] ?? "" : unescape(match[2]))
    position = parameter.lastIndex
  }
  return Option.some({ value: value[1].toLowerCase(), parameters })
}
