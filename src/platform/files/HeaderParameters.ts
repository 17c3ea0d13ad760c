import { Option } from "effect"

/** A structured header: `form-data; name="file"` is the value `form-data` with the parameter `name`. */
export interface Parameterized {
  /** In lower case, as are the parameters' names: neither is case-sensitive. */
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const head = new RegExp(`^[ \\t]*(${token}(?:/${token})?)[ \\t]*(?=;|$)`)
/** Wider than a token: clients leave the `=` and `/` of a boundary unquoted. */
const unquoted = "[^ \\t\";\\\\]+"
const parameter = new RegExp(`;[ \\t]*(${token})=(?:"((?:[^"\\\\]|\\\\.)*)"|(${unquoted}))[ \\t]*`, "sy")
const trailingSemicolon = /^;[ \t]*$/

/** Only a quote and a backslash are unescaped: browsers send `a\b.txt` as it is. */
const unescape = (quoted: string) => quoted.replace(/\\(["\\])/g, "$1")

/**
 * Reads a header value with parameters (RFC 9110, 5.6.6) strictly: none for anything malformed, a parameter given twice included.
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
