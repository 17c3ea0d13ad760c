import { Schema } from "effect"
import { Email } from "../domain/Email.ts"
import * as Job from "../platform/jobs/Job.ts"

const ToAddress = Schema.Struct({ email: Email })

/** A welcome, composed by blocking: `send_email_sync`. */
export const Notification = Job.type("notification", ToAddress)

/** A welcome, composed asynchronously: `send_email_async`. */
export const NotificationAsync = Job.type("notification-async", ToAddress)

/** Three tasks at once: a welcome, a profile, the mailing list. */
export const Registration = Job.type("registration", ToAddress)

/** The upkeep of what the server stores. */
export const Maintenance = Job.type("maintenance", Schema.Struct({}))

/** The names of all kinds of jobs. */
export const JobKindName = Schema.Literal(
  "notification",
  "notification-async",
  "registration",
  "maintenance"
)
