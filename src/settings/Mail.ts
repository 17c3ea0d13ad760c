import { parseSender } from "../domain/Email.ts"
import { parseSmtpUrl } from "../domain/SmtpServer.ts"
import { duration, integer, optional, secret, setting } from "./Setting.ts"

/** The mail server and the timeouts for it. */
export const mail = {
  smtpUrl: optional(
    "SMTP_URL",
    "embedded outbox",
    "a URL such as smtp://user:secret@host:587 or smtps://host, user and secret percent-encoded",
    "Mail server, as smtp://user:secret@host:587 or smtps://host, user and secret percent-encoded. Beyond loopback, smtp:// with a user insists on STARTTLS. If unset, mails are kept in /outbox",
    parseSmtpUrl,
    secret
  ),
  mailFrom: setting(
    "MAIL_FROM",
    { name: "Barista", address: "barista@localhost", domain: "localhost" },
    "Barista <barista@localhost>",
    "an address, alone or as Name <address>",
    "Sender of mails",
    parseSender
  ),
  outboxRetention: duration(
    "OUTBOX_RETENTION",
    "90 days",
    ["1 second", "3650 days"],
    "Retention of mails in the embedded outbox"
  ),
  smtpConnections: integer(
    "SMTP_CONNECTIONS",
    5,
    [1, 100],
    "connections",
    "Connections to the mail server at once, kept open between mails; further mails wait for a connection"
  ),
  smtpConnectTimeout: duration(
    "SMTP_CONNECT_TIMEOUT",
    "10 seconds",
    ["10 millis", "5 minutes"],
    "Time to resolve the mail server's name, connect, receive its greeting and encrypt"
  ),
  smtpReplyTimeout: duration(
    "SMTP_REPLY_TIMEOUT",
    "1 minute",
    ["10 millis", "10 minutes"],
    "Time for the mail server to send a reply that is due"
  )
}
