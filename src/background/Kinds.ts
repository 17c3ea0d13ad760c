import { Effect } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Email } from "../domain/Email.ts"
import * as Job from "../platform/jobs/Job.ts"
import { messageIdOf } from "../platform/mail/Mail.ts"
import { Mailer } from "../platform/mail/Mailer.ts"
import { BlockingLoop } from "../platform/workers/BlockingLoop.ts"
import { Maintenance, Notification, NotificationAsync, Registration } from "./JobTypes.ts"
import { RegistrationsRepo } from "./RegistrationsRepo.ts"

const welcome = "Bienvenue !"
const welcomeAsync = "Bienvenue async !"

/** The payload of the chapter's jobs. */
interface ToAddress {
  readonly email: Email
}

/** The handbook's tasks. What they print is logged, in its French, at the moment that it happens. */
const tasks = Effect.gen(function*() {
  const { mailDuration, mailFrom, mailingListDuration, profileDuration } = yield* AppConfig
  const mailer = yield* Mailer
  const loop = yield* BlockingLoop
  const { mailingList, profiles } = yield* RegistrationsRepo

  const send = (email: Email, text: string, { createdAt, id }: Job.JobContext) =>
    mailer.send({
      to: email,
      subject: text,
      text,
      jobId: id,
      // an empty database begins again with job 1
      messageId: messageIdOf(id, `welcome-${createdAt}`, mailFrom.domain)
    })

  /** `send_email_sync` */
  const sendSync = Effect.fn("Background.sendSync")(function*({ email }: ToAddress, job: Job.JobContext) {
    yield* loop.sleepPatiently({ times: 1, each: mailDuration })
    yield* send(email, welcome, job)
    yield* Effect.logInfo(`Email envoyé à ${email}: ${welcome}`)
  })

  /** `send_email_async` */
  const sendAsync = (text: string) =>
    Effect.fn("Background.sendAsync")(function*({ email }: ToAddress, job: Job.JobContext) {
      yield* Effect.sleep(mailDuration)
      yield* send(email, text, job)
      yield* Effect.logInfo(`Email async envoyé à ${email}: ${text}`)
    })

  /** `create_user_profile` */
  const createProfile = Effect.fn("Background.createProfile")(function*({ email }: ToAddress, { id }: Job.JobContext) {
    yield* Effect.sleep(profileDuration)
    yield* profiles.add(email, id)
    yield* Effect.logInfo(`Profil créé pour ${email}`)
  })

  /** `add_to_mailing_list` */
  const joinMailingList = Effect.fn("Background.joinMailingList")(
    function*({ email }: ToAddress, { id }: Job.JobContext) {
      yield* Effect.sleep(mailingListDuration)
      yield* mailingList.add(email, id)
      yield* Effect.logInfo(`${email} ajouté à la mailing list`)
    }
  )

  return { sendSync, sendAsync, createProfile, joinMailingList, mailingList, profiles }
})

/** The kinds of jobs of the chapter. */
export const kinds = Effect.map(tasks, (task): ReadonlyArray<Job.JobKind> => [
  Job.kind(Notification, [{ name: "e-mail", policy: "send-mail-blocking", run: task.sendSync }]),
  Job.kind(NotificationAsync, [{ name: "e-mail", policy: "send-mail", run: task.sendAsync(welcomeAsync) }]),
  Job.kind(Registration, [
    { name: "e-mail", policy: "send-mail", run: task.sendAsync(welcome) },
    {
      name: "profile",
      policy: "create-profile",
      run: task.createProfile,
      undo: (_, { id }) => task.profiles.remove(id)
    },
    {
      name: "mailing list",
      policy: "join-mailing-list",
      run: task.joinMailingList,
      undo: (_, { id }) => task.mailingList.remove(id)
    }
  ])
])

/** The recurring job that does these things, by their names. */
export const maintenance = (
  steps: Readonly<Record<string, Effect.Effect<void, Job.ActivityError>>>
): Effect.Effect<Job.JobKind, never, AppConfig> =>
  Effect.map(AppConfig, ({ maintenanceInterval }) =>
    Job.kind(
      Maintenance,
      Object.entries(steps).map(([name, step]) => ({ name, policy: "maintenance", run: () => step })),
      { every: maintenanceInterval }
    ))
