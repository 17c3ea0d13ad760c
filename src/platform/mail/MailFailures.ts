import { Schema } from "effect"

const longestResponse = 500

/** A server's words as one line of at most 500 characters, which can stand in a log or an answer. */
const Response = Schema.String.pipe(Schema.maxLength(longestResponse), Schema.pattern(/^[^\p{C}\u2028\u2029]*$/u))

/** Makes a server's reply a `response`: spaces, line ends, controls and half characters become one space; what is too long is cut. */
export const boundedResponse = (reply: string): string =>
  reply.slice(0, longestResponse).replace(/[\s\p{C}]+/gu, " ").trim()

const fields = {
  /** The SMTP reply code; absent where the server did not reply. */
  code: Schema.optional(Schema.Int),
  /** What the server replied; absent where it did not, or where its words could repeat a password. */
  response: Schema.optional(Response),
  /** The mailer's or the system's code: `EENVELOPE`, `EAUTH`, `ECONNREFUSED`, `GREETING_TIMEOUT`. */
  reason: Schema.String
}

const sentence = (what: string, { code, reason, response }: Schema.Struct.Type<typeof fields>): string =>
  `${what} (${reason})${response === undefined ? (code === undefined ? "" : `: ${code}`) : `: ${response}`}`

/** The mail will never be accepted as it is: the server said so for good (5xx), refused the login, or the mail cannot be sent at all. */
export class MailRejected extends Schema.TaggedError<MailRejected>("barista/MailRejected")("MailRejected", fields) {
  override get message(): string {
    return sentence("the mail server refused the mail", this)
  }
}

/**
 * The mail was not accepted, or it is not known whether it was; later it may be: the server could not be reached, broke off, was silent
 * for too long, or asked for patience (4xx).
 */
export class MailUnavailable
  extends Schema.TaggedError<MailUnavailable>("barista/MailUnavailable")("MailUnavailable", fields)
{
  /** Policies retry it. */
  get transient(): true {
    return true
  }

  override get message(): string {
    return sentence("the mail server is not available", this)
  }
}
