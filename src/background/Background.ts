import { Context, Duration, Effect, Layer } from "effect"
import type { Email } from "../domain/Email.ts"
import type { Overloaded } from "../domain/Problem.ts"
import { localized, text } from "../domain/Text.ts"
import type { JobType } from "../platform/jobs/Job.ts"
import { Jobs } from "../platform/jobs/Jobs.ts"
import type { Accepted } from "./Api.ts"
import { Notification, NotificationAsync, Registration } from "./JobTypes.ts"

/** The address that the work is for, and the seconds to wait before it. */
export interface Asked {
  readonly email: Email
  readonly delay?: number
}

type Ask = (asked: Asked) => Effect.Effect<typeof Accepted.Type, Overloaded>

const messages = {
  notification: text("Notification en cours d'envoi", "Notification on its way"),
  notificationAsync: text("Notification async en cours d'envoi", "Async notification on its way"),
  registration: text("Inscription réussie, traitements en cours", "Registered, processing under way")
}

/**
 * « Gestion des tâches de background » of the handbook, as durable jobs. The handbook's BackgroundTasks are lost with
 * the process; here the job is on disk before the answer.
 */
export class Background extends Context.Tag("barista/background/Background")<Background, {
  readonly sendNotification: Ask
  readonly sendNotificationAsync: Ask
  readonly register: Ask
}>() {
  static readonly layer = Layer.effect(
    Background,
    Effect.map(Jobs, (jobs) => {
      const ask = <Encoded>(
        name: string,
        type: JobType<{ readonly email: Email }, Encoded>,
        message: typeof messages.registration
      ): Ask =>
        Effect.fn(name)(function*({ delay = 0, email }) {
          const { url } = yield* jobs.enqueue(type, { email }, Duration.seconds(delay))
          return { message: yield* localized(message), job: url }
        })
      return {
        sendNotification: ask("Background.sendNotification", Notification, messages.notification),
        sendNotificationAsync: ask("Background.sendNotificationAsync", NotificationAsync, messages.notificationAsync),
        register: ask("Background.register", Registration, messages.registration)
      }
    })
  )
}
