import { Effect, Schema } from "effect"
import type { Bound } from "../harness/bounds.ts"
import { readPages } from "./pages.ts"

const Job = Schema.Struct({ id: Schema.Int })
const Mail = Schema.Struct({ job_id: Schema.Int, message_id: Schema.String })
const Registered = Schema.Struct({ email: Schema.String })

/** A list that has so many rows, no two alike in a member. */
const exactly = (total: number, says: string, members: ReadonlyArray<number | string>): Bound => {
  const different = new Set(members).size
  return {
    says: `${total} ${says}`,
    measured: `${members.length}, ${different} of them different`,
    met: members.length === total && different === total
  }
}

/** The claims on what the API shows after so many registrations of different users. */
export const registrationClaims = Effect.fnUntraced(function*(port: number, total: number) {
  const jobs = yield* readPages(port, "/jobs?state=succeeded&kind=registration&limit=1000", Job)
  const mails = yield* readPages(port, "/outbox?limit=1000", Mail)
  const profiles = yield* readPages(port, "/profiles?limit=1000", Registered)
  const entries = yield* readPages(port, "/mailing-list?limit=1000", Registered)
  const succeeded = new Set(jobs.map(({ id }) => id))
  return [
    exactly(total, "jobs have succeeded", [...succeeded]),
    exactly(total, "of these have sent a mail", mails.map(({ job_id }) => job_id).filter((id) => succeeded.has(id))),
    exactly(total, "mails are in the outbox, each Message-Id once", mails.map(({ message_id }) => message_id)),
    exactly(total, "profiles, each address once", profiles.map(({ email }) => email)),
    exactly(total, "entries of the mailing list, each address once", entries.map(({ email }) => email))
  ]
})
