import { parseSender } from "../domain/Email.ts"
import { parseSmtpUrl } from "../domain/SmtpServer.ts"
import { duration, integer, optional, secret, setting } from "./Setting.ts"

/** The mail server, and how patient we are with it. */
export const mail = {
  smtpUrl: optional(
    "SMTP_URL",
    "embedded outbox",
    "a URL such as smtp://user:secret@host:587 or smtps://host, user and secret percent-encoded",
    "The mail server, as smtp://user:secret@host:587 or smtps://host, user and secret percent-encoded; smtp:// with a user insists on STARTTLS beyond loopback. Without it mails are kept in /outbox",
    parseSmtpUrl,
    secret
  ),
  mailFrom: setting(
    "MAIL_FROM",
    { name: "Barista", address: "barista@localhost", domain: "localhost" },
    "Barista <barista@localhost>",
    "an address, alone or as Name <address>",
    "Whom mails are from",
    parseSender
  ),
  outboxRetention: duration(
    "OUTBOX_RETENTION",
    "90 days",
    ["1 second", "3650 days"],
    "How long a mail of the embedded outbox is kept"
  ),
  smtpConnections: integer(
    "SMTP_CONNECTIONS",
    5,
    [1, 100],
    "connections",
    "Connections to the mail server at once, kept open between mails; further mails wait for one"
  ),
  smtpConnectTimeout: duration(
    "SMTP_CONNECT_TIMEOUT",
    "10 seconds",
    ["10 millis", "5 minutes"],
    "How long the mail server may take to be found, accept a connection, greet and encrypt"
  ),
  smtpReplyTimeout: duration(
    "SMTP_REPLY_TIMEOUT",
    "1 minute",
    ["10 millis", "10 minutes"],
    "How long the mail server may be silent when a reply is due"
  )
}
