import { Schema } from "effect"
import { rule } from "./Rule.ts"

const atom = "[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+"
const localPart = `${atom}(\\.${atom})*`
const label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
const pattern = `^${localPart}@${label}(\\.${label})+$`
const longest = 254

/** Documents the form of an address; the server and any validator apply the same pattern. */
export const emailDocument = {
  type: "string",
  format: "email",
  maxLength: longest,
  pattern,
  description: "An e-mail address",
  examples: ["alice@example.com"]
} as const

/**
 * An address of at most 254 characters: words with dots between them (RFC 5321, 4.1.2) at a host with a dot. ASCII
 * without spaces, controls or brackets, so the address can stand in a header or an SMTP command unchanged.
 */
export const Email = Schema.String.pipe(
  Schema.maxLength(
    longest,
    rule(`doit avoir au plus ${longest} caractères`, `must have at most ${longest} characters`)
  ),
  Schema.pattern(
    new RegExp(pattern),
    rule(
      "doit être une adresse e-mail telle que alice@example.com",
      "must be an e-mail address such as alice@example.com"
    )
  ),
  Schema.brand("Email")
).annotations({ jsonSchema: emailDocument })
export type Email = typeof Email.Type

/** The sender of a mail. The name may be empty, and the host of the address may lack a dot. */
export interface Sender {
  readonly name: string
  readonly address: string
  /** The part of the address after its `@`. */
  readonly domain: string
}

const senderAddress = new RegExp(`^(?:${localPart})@(?<domain>${label}(?:\\.${label})*)$`)

/** Parses `Name <address>` or an address alone; returns undefined for anything else. */
export const parseSender = (written: string): Sender | undefined => {
  const [, name = "", bracketed, bare] = /^(?:([^<>\p{C}]*)<([^<>]+)>|([^<>]+))$/u.exec(written) ?? []
  const address = bracketed ?? bare ?? ""
  const domain = address.length <= 254 ? senderAddress.exec(address)?.groups?.["domain"] : undefined
  // the quotes of a mail header are not part of the name
  return domain === undefined ? undefined : { name: name.trim().replace(/^"(.*)"$/, "$1"), address, domain }
}
