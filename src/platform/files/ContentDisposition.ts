// `attachment` does not use content-disposition 1.1.0, which cuts a name at its last slash: "photos/a.txt" arrives as
// "a.txt", and "/" as an empty name. The library also throws for a lone surrogate. Version 3 keeps slashes and needs
// Node 22.
import { Option } from "effect"
import { parse } from "./HeaderParameters.ts"

/** Names in a part of a form. A part without a file name is a plain field. */
export interface FormPart {
  readonly name: string
  readonly filename: string | undefined
}

/** Bytes of a header line, well above any real file name and far below a harmful length. */
const longest = 8192

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Decodes bytes as text; `None` if the bytes are not valid in the charset. */
const decode = (bytes: Buffer): Option.Option<string> => Option.liftThrowable(() => utf8.decode(bytes))()

const extended = /^(utf-8|iso-8859-1)'[A-Za-z0-9-]*'((?:%[0-9A-Fa-f]{2}|[!#$&+.^_`|~0-9A-Za-z-])*)$/i

/** Decodes an extended value such as `UTF-8''c%C5%93ur.txt` (RFC 8187). */
const decodeExtended = (written: string): Option.Option<string> => {
  const match = extended.exec(written)
  if (match?.[1] === undefined || match[2] === undefined) return Option.none()
  const bytes = Buffer.from(
    match[2].replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1"
  )
  return match[1].toLowerCase() === "utf-8" ? decode(bytes) : Option.some(bytes.toString("latin1"))
}

/**
 * True if a text contains characters that no header value may contain (RFC 9110, 5.5), and that some databases cannot
 * store.
 */
const hasForbidden = (text: string) => /[\0\r\n]/.test(text)

/**
 * Reads the `Content-Disposition` of a part (RFC 7578, 4.2) from node's form of headers, one character a byte. Names
 * are UTF-8 and are returned unchanged, paths included; `filename*` (RFC 8187) takes precedence over `filename`. `None`
 * for anything malformed.
 */
export const parseFormPart = (header: string): Option.Option<FormPart> =>
  Option.gen(function*() {
    const { parameters, value } = yield* Option.filter(parse(header), () => header.length <= longest)
    const read = (key: string) =>
      Option.flatMap(Option.fromNullable(parameters.get(key)), (written) => decode(Buffer.from(written, "latin1")))
        .pipe(
          // Browsers escape quotes like this (WHATWG HTML, 4.10.21.8), and otherwise only line breaks.
          Option.map((name) => name.replaceAll("%22", "\""))
        )
    const name = yield* read("name")
    const filename = parameters.has("filename*")
      ? yield* decodeExtended(parameters.get("filename*") ?? "")
      : parameters.has("filename")
      ? yield* read("filename")
      : undefined
    return { value, name, filename }
  }).pipe(
    Option.filter(({ filename, name, value }) =>
      value === "form-data" && !hasForbidden(name) && !hasForbidden(filename ?? "")
    )
  )

const percentEncoded = (text: string) =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
  )

/**
 * Makes an `attachment` value with the file's name (RFC 6266): plain ASCII for old clients, `filename*` with the exact
 * name for others. No character of the name can end the quotes.
 */
export const attachment = (filename: string): string =>
  `attachment; filename="${filename.replace(/[^\x20-\x7e]|["\\%]/gu, "_")}"; filename*=UTF-8''${
    percentEncoded(filename)
  }`
