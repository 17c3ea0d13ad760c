import { Schema } from "effect"
import { Email } from "../domain/Email.ts"
import * as Job from "../platform/jobs/Job.ts"

const ToAddress = Schema.Struct({ email: Email })

/** A welcome mail, composed by blocking: `send_email_sync`. */
export const Notification = Job.type("notification", ToAddress)

/** A welcome mail, composed asynchronously: `send_email_async`. */
export const NotificationAsync = Job.type("notification-async", ToAddress)

/** Three concurrent tasks: a welcome mail, a profile, the mailing list. */
export const Registration = Job.type("registration", ToAddress)

/** The removal of expired rows and the check of the ledger. */
export const Maintenance = Job.type("maintenance", Schema.Struct({}))

/** The names of all kinds of jobs. */
export const JobKindName = Schema.Literal(
  "notification",
  "notification-async",
  "registration",
  "maintenance"
)
