import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import type { NodemailerError } from "nodemailer"
import { AppConfig } from "../../AppConfig.ts"
import type { SmtpServer } from "../../domain/SmtpServer.ts"
import { waitFor } from "../../domain/Wait.ts"
import type { Mail } from "./Mail.ts"
import { boundedResponse, MailRejected, MailUnavailable } from "./MailFailures.ts"

/** Codes of a faulty mail or login that no reply of the server reports. */
const permanentCodes: ReadonlySet<string | undefined> = new Set(["EAUTH", "EENVELOPE", "EMESSAGE"])

/** Classifies an error. A 5xx is permanent, except for 503, which may only concern the sequence of one session. */
const failureOf = (error: NodemailerError): MailRejected | MailUnavailable => {
  const failure = {
    reason: error.timeoutType ?? error.originalCode ?? error.code ?? "unknown",
    // A server may begin its reply with any number.
    code: error.responseCode !== undefined && error.responseCode < 1000 ? error.responseCode : undefined,
    // A server may repeat the login's password.
    response: error.response === undefined || error.code === "EAUTH" ? undefined : boundedResponse(error.response)
  }
  return error.permanent ?? permanentCodes.has(error.code) ? new MailRejected(failure) : new MailUnavailable(failure)
}

const optionsOf = (server: SmtpServer) => ({
  host: server.host,
  port: server.port,
  secure: server.tls === "implicit",
  requireTLS: server.tls === "required",
  ...Option.match(server.login, {
    onNone: () => ({}),
    onSome: ({ password, user }) => ({ auth: { user, pass: Redacted.value(password) } })
  })
})

const sending = waitFor("mail")

/**
 * Sends by SMTP on pooled connections, until the scope closes. Never retries. An interruption closes the mail's
 * connection; the server may have accepted the mail just before.
 */
export const make = Effect.fnUntraced(function*(server: SmtpServer) {
  const { mailFrom, smtpConnectTimeout, smtpConnections, smtpReplyTimeout } = yield* AppConfig
  const { address, name } = mailFrom
  const transport = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      // Loaded only if a mail server is configured.
      const { createTransport } = await import("nodemailer")
      return createTransport({
        ...optionsOf(server),
        pool: true,
        maxConnections: smtpConnections,
        // The pool would by itself resend a mail whose connection closed before the mail's first byte.
        maxRequeues: 0,
        connectionTimeout: Duration.toMillis(smtpConnectTimeout),
        greetingTimeout: Duration.toMillis(smtpConnectTimeout),
        socketTimeout: Duration.toMillis(smtpReplyTimeout),
        // A dropped connection is destroyed at once, since its server may never answer.
        socketCloseTimeout: 0,
        disableFileAccess: true,
        disableUrlAccess: true
      })
    }),
    (transport) => Effect.sync(() => transport.close({ force: true }))
  )

  return (mail: Mail) =>
    Effect.flatMap(DateTime.now, (now) =>
      Effect.async<void, MailRejected | MailUnavailable>((resume, signal) => {
        transport.sendMail({
          from: { name, address },
          to: { name: "", address: mail.to },
          subject: mail.subject,
          text: mail.text,
          // Quoted-printable keeps the text unchanged, whatever its lines contain.
          textEncoding: "quoted-printable",
          messageId: mail.messageId,
          date: DateTime.toDate(now),
          // Prevents out-of-office replies (RFC 3834).
          headers: { "Auto-Submitted": "auto-generated" },
          xMailer: false,
          signal
        }, (error) => resume(error === null ? Effect.void : failureOf(error)))
      }, sending))
})
