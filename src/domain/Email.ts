import { Schema } from "effect"

const localPart = "[\\w.!#$%&'*+/=?^`{|}~-]+"
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"

/**
 * An address of the form that HTML's e-mail field takes (WHATWG, "valid e-mail address"), at most 254 characters (RFC 5321). ASCII
 * without spaces, controls or brackets: it can stand in a header or an SMTP command as it is.
 */
export const Email = Schema.Trim.pipe(
  Schema.maxLength(254, { message: () => "must have at most 254 characters" }),
  Schema.pattern(new RegExp(`^${localPart}@${label}(?:\\.${label})+$`, "i"), {
    message: () => "must be an e-mail address such as alice@example.com"
  }),
  Schema.brand("Email")
).annotations({
  jsonSchema: {
    type: "string",
    format: "email",
    maxLength: 254,
    description: "An e-mail address",
    examples: ["alice@example.com"]
  }
})
export type Email = typeof Email.Type

/** Who a mail is from: the name may be empty, the address may be of a host without a dot. */
export interface Sender {
  readonly name: string
  readonly address: string
  /** What follows the address's `@`. */
  readonly domain: string
}

const senderAddress = new RegExp(`^${localPart}@(${label}(?:\\.${label})*)$`, "i")

/** `Name <address>` or an address alone; undefined for anything else. */
export const parseSender = (written: string): Sender | undefined => {
  const [, name = "", bracketed, bare] = /^(?:([^<>\p{C}]*)<([^<>]+)>|([^<>]+))$/u.exec(written) ?? []
  const address = bracketed ?? bare ?? ""
  const domain = address.length <= 254 ? senderAddress.exec(address)?.[1] : undefined
  // the quotes of a mail header are not part of the name
  return domain === undefined ? undefined : { name: name.trim().replace(/^"(.*)"$/, "$1"), address, domain }
}
