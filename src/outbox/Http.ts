import { Effect } from "effect"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { page } from "../platform/http/contract/Pagination.ts"
import { OutboxRepo } from "../platform/mail/OutboxRepo.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { type OutboxApi, OutboxMail } from "./Api.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(OutboxRepo, (outbox): Handlers<typeof OutboxApi> => ({
  list: ({ urlParams }) =>
    page(
      "/outbox",
      urlParams,
      (window) => Effect.map(orDefect(outbox.page(window)), (rows) => rows.map((row) => new OutboxMail(row)))
    )
}))
