import { DateTime, Duration, Effect, Option, Redacted } from "effect"
import type { NodemailerError } from "nodemailer"
import { AppConfig } from "../../AppConfig.ts"
import type { SmtpServer } from "../../domain/SmtpServer.ts"
import type { Mail } from "./Mail.ts"
import { boundedResponse, MailRejected, MailUnavailable } from "./MailFailures.ts"

/** What is wrong with the mail or the login, where no reply of the server says it. */
const permanentCodes: ReadonlySet<string | undefined> = new Set(["EAUTH", "EENVELOPE", "EMESSAGE"])

/** 5xx is for good, but for 503: the session was out of step, and another one may not be. */
const failureOf = (error: NodemailerError): MailRejected | MailUnavailable => {
  const failure = {
    reason: error.timeoutType ?? error.originalCode ?? error.code ?? "unknown",
    // whatever number a server begins its reply with
    code: error.responseCode !== undefined && error.responseCode < 1000 ? error.responseCode : undefined,
    // a server may repeat what it was given to log in
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

/**
 * Sends by SMTP, on connections that are kept and used again until the scope closes. Nothing is tried twice here. An interruption closes
 * the mail's connection; whether the server took the mail just before cannot be known.
 */
export const make = Effect.fnUntraced(function*(server: SmtpServer) {
  const { mailFrom, smtpConnectTimeout, smtpConnections, smtpReplyTimeout } = yield* AppConfig
  const { address, name } = mailFrom
  const transport = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      // loaded only where a mail server is configured
      const { createTransport } = await import("nodemailer")
      return createTransport({
        ...optionsOf(server),
        pool: true,
        maxConnections: smtpConnections,
        // the pool would by itself send a mail again whose connection was closed before the mail's first byte
        maxRequeues: 0,
        connectionTimeout: Duration.toMillis(smtpConnectTimeout),
        greetingTimeout: Duration.toMillis(smtpConnectTimeout),
        socketTimeout: Duration.toMillis(smtpReplyTimeout),
        // a connection that is given up is destroyed: the server may be one that never answers
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
          // the text arrives as it is, whatever its lines are like
          textEncoding: "quoted-printable",
          messageId: mail.messageId,
          date: DateTime.toDate(now),
          // no out-of-office replies (RFC 3834)
          headers: { "Auto-Submitted": "auto-generated" },
          xMailer: false,
          signal
        }, (error) => resume(error === null ? Effect.void : failureOf(error)))
      }))
})
