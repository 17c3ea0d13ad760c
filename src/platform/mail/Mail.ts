import type { Email } from "../../domain/Email.ts"

/** A mail in plain text to one recipient. Characters that a header cannot contain become spaces in the subject. */
export interface Mail {
  readonly to: Email
  readonly subject: string
  readonly text: string
  /** Job that sends the mail. */
  readonly jobId: number
  /** Message-Id, made by `messageIdOf`. */
  readonly messageId: string
}

/**
 * Escapes any character but letters, digits, `_` and `-` as four hexadecimal digits for each UTF-16 unit. The result is
 * atext of RFC 5322, and unique.
 */
const escaped = (purpose: string): string =>
  purpose.replace(/[^A-Za-z0-9_-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/**
 * Makes the Message-Id of a job's mail, such as `<job-12.welcome@example.com>`. The id differs for every job and
 * purpose (at least one character). A repeated mail keeps its id, and so can be recognised. `domain` is the sender's.
 */
export const messageIdOf = (jobId: number, purpose: string, domain: string): string =>
  `<job-${jobId}.${escaped(purpose)}@${domain}>`
