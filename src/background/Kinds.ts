import { Effect } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Email } from "../domain/Email.ts"
import * as Job from "../platform/jobs/Job.ts"
import { messageIdOf } from "../platform/mail/Mail.ts"
import { Mailer } from "../platform/mail/Mailer.ts"
import { BlockingLoop } from "../platform/workers/blocking/BlockingLoop.ts"
import type { PolicyName } from "../policy/Policies.ts"
import { Maintenance, Notification, NotificationAsync, Registration } from "./JobTypes.ts"
import { RegistrationsRepo } from "./RegistrationsRepo.ts"

const welcome = "Bienvenue !"
const welcomeAsync = "Bienvenue async !"

/** The payload of the chapter's jobs. */
interface ToAddress {
  readonly email: Email
}

/** The handbook's tasks. Lines that the handbook prints are logged in its French, at the moment they happen. */
const tasks = Effect.gen(function*() {
  const { mailDuration, mailFrom, mailingListDuration, profileDuration } = yield* AppConfig
  const mailer = yield* Mailer
  const loop = yield* BlockingLoop
  const { mailingList, profiles } = yield* RegistrationsRepo

  const send = (said: string, text: string) => ({ email }: ToAddress, { createdAt, id }: Job.JobContext) =>
    mailer.send({
      to: email,
      subject: text,
      text,
      jobId: id,
      // with the time, as ids begin again with 1 in an empty database
      messageId: messageIdOf(id, `welcome-${createdAt}`, mailFrom.domain)
    }).pipe(Effect.zipRight(Effect.logInfo(`${said} ${email}: ${text}`)))

  /**
   * Makes the activity that sends a mail. A mail that is a row of this database commits with the record of its sending;
   * a mail that leaves this machine is sent before the record.
   */
  const mail = (
    policy: PolicyName,
    compose: Effect.Effect<void, Job.ActivityError>,
    sent: ReturnType<typeof send>
  ): Job.Activity<ToAddress> => {
    const name = "e-mail"
    return mailer.isTransactional
      ? { name, policy, run: () => compose, commit: sent }
      : { name, policy, run: (to, job) => Effect.zipRight(compose, sent(to, job)) }
  }

  /** `send_email_sync` */
  const mailSync = mail(
    "send-mail-blocking",
    loop.sleepPatiently({ times: 1, each: mailDuration }).pipe(Effect.asVoid, Effect.withSpan("Background.sendSync")),
    send("Email envoyé à", welcome)
  )

  /** `send_email_async` */
  const mailAsync = (text: string) =>
    mail(
      "send-mail",
      Effect.withSpan(Effect.sleep(mailDuration), "Background.sendAsync"),
      send("Email async envoyé à", text)
    )

  /** `create_user_profile` */
  const profile: Job.Activity<ToAddress> = {
    name: "profile",
    policy: "create-profile",
    run: () => Effect.withSpan(Effect.sleep(profileDuration), "Background.createProfile"),
    commit: ({ email }, { id }) =>
      Effect.zipRight(profiles.add(email, id), Effect.logInfo(`Profil créé pour ${email}`)),
    undo: (_, { id }) => profiles.remove(id)
  }

  /** `add_to_mailing_list` */
  const listed: Job.Activity<ToAddress> = {
    name: "mailing list",
    policy: "join-mailing-list",
    run: () => Effect.withSpan(Effect.sleep(mailingListDuration), "Background.joinMailingList"),
    commit: ({ email }, { id }) =>
      Effect.zipRight(mailingList.add(email, id), Effect.logInfo(`${email} ajouté à la mailing list`)),
    undo: (_, { id }) => mailingList.remove(id)
  }

  return { mailSync, mailAsync, profile, listed }
})

/** The kinds of jobs of the chapter. */
export const kinds = Effect.map(tasks, ({ listed, mailAsync, mailSync, profile }): ReadonlyArray<Job.JobKind> => [
  Job.kind(Notification, [mailSync]),
  Job.kind(NotificationAsync, [mailAsync(welcomeAsync)]),
  Job.kind(Registration, [mailAsync(welcome), profile, listed])
])

/** Makes the recurring job that runs these steps, keyed by name. */
export const maintenance = (
  steps: Readonly<Record<string, Effect.Effect<void, Job.ActivityError>>>
): Effect.Effect<Job.JobKind, never, AppConfig> =>
  Effect.map(AppConfig, ({ maintenanceInterval }) =>
    Job.kind(
      Maintenance,
      Object.entries(steps).map(([name, step]) => ({ name, policy: "maintenance", run: () => step })),
      { every: maintenanceInterval }
    ))
