import { Effect, Schema } from "effect"
import type { Check } from "../harness/checks.ts"
import { readPages } from "./pages.ts"

const Job = Schema.Struct({ id: Schema.Int })
const Mail = Schema.Struct({ job_id: Schema.Int, message_id: Schema.String })
const Registered = Schema.Struct({ email: Schema.String })

/** Checks that a list has the given number of rows, all different in a member. */
const distinct = (total: number, name: string, members: ReadonlyArray<number | string>): Check => {
  const different = new Set(members).size
  return {
    name: `${total} ${name}`,
    measured: `${members.length}, ${different} of them different`,
    met: members.length === total && different === total
  }
}

/** Checks the lists of the API after the given number of registrations of different users. */
export const registrationChecks = Effect.fnUntraced(function*(port: number, total: number) {
  const jobs = yield* readPages(port, "/jobs?state=succeeded&kind=registration&limit=1000", Job)
  const mails = yield* readPages(port, "/outbox?limit=1000", Mail)
  const profiles = yield* readPages(port, "/profiles?limit=1000", Registered)
  const entries = yield* readPages(port, "/mailing-list?limit=1000", Registered)
  const succeeded = new Set(jobs.map(({ id }) => id))
  return [
    distinct(total, "jobs have succeeded", [...succeeded]),
    distinct(total, "of these have sent a mail", mails.map(({ job_id }) => job_id).filter((id) => succeeded.has(id))),
    distinct(total, "mails are in the outbox, each Message-Id once", mails.map(({ message_id }) => message_id)),
    distinct(total, "profiles, each address once", profiles.map(({ email }) => email)),
    distinct(total, "entries of the mailing list, each address once", entries.map(({ email }) => email))
  ]
})
