import { Schema } from "effect"

const longestResponse = 500

/** Reply of a mail server as one line of at most 500 characters, fit for a log or an answer. */
const Response = Schema.String.pipe(Schema.maxLength(longestResponse), Schema.pattern(/^[^\p{C}\u2028\u2029]*$/u))

/**
 * Bounds a server's reply. Spaces, line ends, controls and half characters become one space, and long replies are cut.
 */
export const boundedResponse = (reply: string): string =>
  reply.slice(0, longestResponse).replace(/[\s\p{C}]+/gu, " ").trim()

const fields = {
  /** The SMTP reply code; absent if the server did not reply. */
  code: Schema.optional(Schema.Int),
  /** Reply of the server; absent without a reply, or if the reply could repeat a password. */
  response: Schema.optional(Response),
  /** Code of the mailer or the system: `EENVELOPE`, `EAUTH`, `ECONNREFUSED`, `GREETING_TIMEOUT`. */
  reason: Schema.String
}

const sentence = (what: string, { code, reason, response }: Schema.Struct.Type<typeof fields>): string =>
  `${what} (${reason})${response === undefined ? (code === undefined ? "" : `: ${code}`) : `: ${response}`}`

/**
 * The mail will never be accepted. The server rejected the mail for good (5xx), the login failed, or the mail cannot be
 * sent at all.
 */
export class MailRejected extends Schema.TaggedError<MailRejected>("barista/MailRejected")("MailRejected", fields) {
  override get message(): string {
    return sentence("the mail server refused the mail", this)
  }
}

/**
 * The mail was not accepted, or its acceptance is unknown, and a later try may succeed. The server was unreachable,
 * broke off, was silent for too long, or asked for a later try (4xx).
 */
export class MailUnavailable
  extends Schema.TaggedError<MailUnavailable>("barista/MailUnavailable")("MailUnavailable", fields)
{
  /** True, so that policies retry. */
  get transient(): true {
    return true
  }

  override get message(): string {
    return sentence("the mail server is not available", this)
  }
}
