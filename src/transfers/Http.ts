import { Effect } from "effect"
import { formatShort } from "../domain/Money.ts"
import { localized, text } from "../domain/Text.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import { page } from "../platform/http/contract/Pagination.ts"
import type { TransfersApi } from "./Api.ts"
import { Transfers } from "./Transfers.ts"

/** Handlers that decode, call and encode. */
export const handlers = Effect.map(Transfers, (transfers): Handlers<typeof TransfersApi> => ({
  transfer: ({ payload: { amount, from_user, to_user } }) =>
    Effect.zipWith(
      transfers.transfer(from_user, to_user, amount),
      localized(text(`Transfert de ${formatShort(amount)}€ effectué`, `Transfer of ${formatShort(amount)}€ done`)),
      ({ transaction_id }, message) => ({ message, transaction_id, from_user, to_user, amount_cents: amount })
    ),
  account: ({ path }) => transfers.account(path.user_id),
  entries: ({ path, urlParams }) =>
    page(`/accounts/${path.user_id}/entries`, urlParams, (window) => transfers.entries(path.user_id, window)),
  deposit: ({ path, payload }) => transfers.deposit(path.user_id, payload.amount)
}))
