import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Id } from "../domain/Ids.ts"
import { Instant } from "../domain/Instant.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"

const shown = (example: string) => Schema.String.annotations({ examples: [example] })

/** A mail as the embedded outbox keeps it. */
export class OutboxMail extends Schema.Class<OutboxMail>("OutboxMail")({
  id: Id,
  to: shown("alice@example.com"),
  subject: shown("Bienvenue !"),
  text: shown("Bienvenue !"),
  job_id: Id.annotations({ description: "The job that sent the mail" }),
  message_id: Schema.String.annotations({
    description: "The mail's Message-Id, unique to it",
    examples: ["<job-1.welcome@localhost>"]
  }),
  sent_at: Instant
}) {}

/** The mails of the chapter « Gestion des tâches de background », kept here when no mail server is configured. */
export const OutboxApi = HttpApiGroup.make("outbox")
  .add(
    HttpApiEndpoint.get("list", "/outbox")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(OutboxMail))
      .annotateContext(OpenApi.annotations({
        summary: "The mails of the embedded outbox",
        description:
          "Newest first, a page at a time. With `SMTP_URL` set, mails go to that server, and the list keeps only earlier ones."
      }))
  )
  .annotateContext(OpenApi.annotations({ title: "outbox", description: "The mails that background jobs send." }))
