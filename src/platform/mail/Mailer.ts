import { Context, DateTime, Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type { SmtpServer } from "../../domain/SmtpServer.ts"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import type { Mail } from "./Mail.ts"
import type { MailRejected, MailUnavailable } from "./MailFailures.ts"
import { OutboxRepo } from "./OutboxRepo.ts"
import * as SmtpMailer from "./SmtpMailer.ts"

/** Sends mails: by the configured mail server, or else into the embedded outbox. */
export class Mailer extends Context.Tag("barista/platform/mail/Mailer")<Mailer, {
  /**
   * Succeeds once the mail is accepted. By SMTP, a failure or interruption after the text was transmitted may have sent it all the same:
   * at least once, recognisable by its Message-Id. In the outbox it is exactly once.
   */
  readonly send: (mail: Mail) => Effect.Effect<void, MailRejected | MailUnavailable>
  /** Whether sending is a change of the database, and part of the transaction that it is in. */
  readonly isTransactional: boolean
}>() {
  /** By the mail server given. */
  static readonly layerSmtp = (server: SmtpServer) =>
    Layer.scoped(
      Mailer,
      Effect.map(SmtpMailer.make(server), (send) => ({
        send: Effect.fn("Mailer.send")(send),
        isTransactional: false
      }))
    )

  /** Into the embedded outbox: rows of the database, each Message-Id once. Inside a transaction it belongs to that transaction. */
  static readonly layerOutbox = Layer.effect(
    Mailer,
    Effect.gen(function*() {
      const { transaction } = yield* Database
      const outbox = yield* OutboxRepo
      return {
        isTransactional: true,
        send: Effect.fn("Mailer.send")(function*({ jobId, messageId, subject, text, to }) {
          const sent_at = yield* DateTime.now
          const row = { to, subject, text, job_id: jobId, message_id: messageId, sent_at }
          yield* orDefect(transaction(outbox.insert(row)))
        })
      }
    })
  )

  /** By the mail server that `SMTP_URL` names; into the embedded outbox where it names none. */
  static readonly layer = Layer.unwrapEffect(
    Effect.map(
      AppConfig,
      ({ smtpUrl }): Layer.Layer<Mailer, never, AppConfig | Database | OutboxRepo> =>
        Option.match(smtpUrl, { onNone: () => Mailer.layerOutbox, onSome: Mailer.layerSmtp })
    )
  )
}
