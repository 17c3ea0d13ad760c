import type { Email } from "../../domain/Email.ts"

/** A mail in plain text to one recipient. Of the subject's characters, those that a header cannot have become spaces. */
export interface Mail {
  readonly to: Email
  readonly subject: string
  readonly text: string
  /** The job that sends it. */
  readonly jobId: number
  /** See `messageIdOf`. */
  readonly messageId: string
}

/** Letters, digits, `_` and `-` as they are, any other UTF-16 unit as four hexadecimal digits: RFC 5322's atext, and no two alike. */
const escaped = (purpose: string): string =>
  purpose.replace(/[^A-Za-z0-9_-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)

/**
 * The Message-Id of a job's mail, such as `<job-12.welcome@example.com>`: another one for every job and purpose (at least one
 * character), the same one each time, so that a mail that went out twice can be recognised. `domain` is the sender's.
 */
export const messageIdOf = (jobId: number, purpose: string, domain: string): string =>
  `<job-${jobId}.${escaped(purpose)}@${domain}>`
