import { Either, Encoding, Option, Redacted } from "effect"
import { isLoopback } from "./Loopback.ts"

/** A mail server and its credentials. */
export interface SmtpServer {
  readonly host: string
  readonly port: number
  /**
   * `implicit` encrypts from the first byte (smtps), `required` insists on STARTTLS, `offered` uses STARTTLS if the
   * server has it.
   */
  readonly tls: "implicit" | "required" | "offered"
  readonly login: Option.Option<{ readonly user: string; readonly password: Redacted.Redacted }>
}

const decoded = (written: string): string | undefined => Either.getOrUndefined(Encoding.decodeUriComponent(written))

/**
 * Parses `smtp://user:secret@host:port` (port 587 unless given) or `smtps://…` (465); returns undefined for anything
 * else. User and secret are percent-encoded and come together, and nothing follows the port. A secret leaves this
 * machine only encrypted.
 */
export const parseSmtpUrl = (written: string): SmtpServer | undefined => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url?.protocol !== "smtp:" && url?.protocol !== "smtps:") return undefined
  const user = decoded(url.username)
  const password = decoded(url.password)
  const host = decoded(url.hostname)?.replace(/^\[(.*)\]$/, "$1") ?? ""
  if (
    !/^[a-z0-9.:_-]+$/i.test(host) || url.port === "0" || `${url.pathname}${url.search}${url.hash}`.length > 1 ||
    user === undefined || password === undefined || (user === "") !== (password === "")
  ) {
    return undefined
  }
  const implicit = url.protocol === "smtps:"
  return {
    host,
    port: url.port === "" ? (implicit ? 465 : 587) : Number(url.port),
    tls: implicit ? "implicit" : user !== "" && !isLoopback(host) ? "required" : "offered",
    login: user === "" ? Option.none() : Option.some({ user, password: Redacted.make(password) })
  }
}
