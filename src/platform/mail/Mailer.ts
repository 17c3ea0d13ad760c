import { Context, DateTime, Effect, Layer, Option } from "effect"
import { AppConfig } from "../../AppConfig.ts"
import type { SmtpServer } from "../../domain/SmtpServer.ts"
import { Database } from "../sql/Database.ts"
import { orDefect } from "../sql/orDefect.ts"
import type { Mail } from "./Mail.ts"
import type { MailRejected, MailUnavailable } from "./MailFailures.ts"
import { OutboxRepo } from "./OutboxRepo.ts"
import * as SmtpMailer from "./SmtpMailer.ts"

/** Sends mails by the configured mail server, or else into the embedded outbox. */
export class Mailer extends Context.Tag("barista/platform/mail/Mailer")<Mailer, {
  /**
   * Succeeds once the mail is accepted. By SMTP a mail is sent at least once: a failure or an interruption may come
   * after the server took the mail. The Message-Id identifies repeated mails. In the outbox the mail is sent exactly
   * once.
   */
  readonly send: (mail: Mail) => Effect.Effect<void, MailRejected | MailUnavailable>
  /** True if sending is a change of the database, and part of the caller's transaction. */
  readonly isTransactional: boolean
}>() {
  /** Sends by the given mail server. */
  static readonly layerSmtp = (server: SmtpServer) =>
    Layer.scoped(
      Mailer,
      Effect.map(SmtpMailer.make(server), (send) => ({
        send: Effect.fn("Mailer.send")(send),
        isTransactional: false
      }))
    )

  /** Sends into the embedded outbox, rows of the database with each Message-Id once. Joins the caller's transaction. */
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

  /** Sends by the mail server that `SMTP_URL` names, or else into the embedded outbox. */
  static readonly layer = Layer.unwrapEffect(
    Effect.map(
      AppConfig,
      ({ smtpUrl }): Layer.Layer<Mailer, never, AppConfig | Database | OutboxRepo> =>
        Option.match(smtpUrl, { onNone: () => Mailer.layerOutbox, onSome: Mailer.layerSmtp })
    )
  )
}
