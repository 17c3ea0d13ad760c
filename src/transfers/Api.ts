import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Id, UserId, UserIdFromText } from "../domain/Ids.ts"
import { Amount, type Cents, format } from "../domain/Money.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { idempotent } from "../platform/http/contract/Idempotent.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"
import { filtered, Params } from "../platform/http/contract/Params.ts"

/** An account. Every user has one, with 0.00 until its first entry. */
export class Account extends Schema.Class<Account>("Account")({
  user_id: UserId,
  balance: Schema.String.annotations({ description: "Decimal, two places", examples: ["89.50"] }),
  balance_cents: Schema.Int.annotations({ description: "The balance in cents", examples: [8950] })
}) {
  static of(user_id: UserId, cents: Cents): Account {
    return new Account({ user_id, balance: format(cents), balance_cents: cents })
  }
}

/** One side of a ledger transaction, as its account sees it. */
export class Entry extends Schema.Class<Entry>("Entry")({
  id: Id,
  transaction_id: Id,
  kind: Schema.Literal("deposit", "transfer").annotations({ examples: ["deposit"] }),
  amount: Schema.String.annotations({
    description: "Decimal; negative if money left the account",
    examples: ["100.00"]
  }),
  amount_cents: Schema.Int.annotations({ description: "The amount in cents", examples: [10_000] }),
  balance_cents: Schema.Int.annotations({ description: "The balance after this entry", examples: [10_000] }),
  counterpart: Schema.NullOr(UserId).annotations({
    description: "The other user; null for the outside account",
    examples: [null]
  }),
  created_at: Schema.String.annotations({ description: "RFC 3339", examples: ["2025-01-31T12:00:00.000Z"] })
}) {}

/** 404: no user, and so no account, has that id. */
export class AccountNotFound extends Problem.define<AccountNotFound>()("AccountNotFound", 404, { user_id: UserId }) {
  get problem(): Problem.Description {
    return {
      title: text("Compte inconnu", "Unknown account"),
      detail: text(
        `Aucun utilisateur n'a l'id ${this.user_id}, donc aucun compte.`,
        `No user has the id ${this.user_id}, and so there is no account.`
      )
    }
  }
}

/** 409: the payer has less than the amount; both in cents. */
export class InsufficientFunds extends Problem.define<InsufficientFunds>()("InsufficientFunds", 409, {
  user_id: UserId,
  balance_cents: Schema.Int,
  amount_cents: Schema.Int
}) {
  get problem(): Problem.Description {
    const [balance, amount] = [format(this.balance_cents), format(this.amount_cents)]
    return {
      title: text("Provision insuffisante", "Insufficient funds"),
      detail: text(
        `Le compte ${this.user_id} a ${balance}€, il en faut ${amount}€.`,
        `Account ${this.user_id} has ${balance}€, ${amount}€ are needed.`
      )
    }
  }
}

/**
 * 409: the payee's account, or the whole ledger, has reached the largest sum that can be counted exactly (2^53 cents).
 */
export class BalanceTooLarge extends Problem.define<BalanceTooLarge>()("BalanceTooLarge", 409, { user_id: UserId }) {
  get problem(): Problem.Description {
    return {
      title: text("Solde trop élevé", "Balance too large"),
      detail: text(
        `Le compte ${this.user_id} ou le grand livre dépasserait ce qui se compte exactement.`,
        `Account ${this.user_id} or the ledger would exceed what can be counted exactly.`
      )
    }
  }
}

const Payee = UserId.annotations({
  identifier: "Payee",
  description: "Id of the user who is paid",
  examples: [UserId.make(2)]
})

const Movement = Params({ from_user: UserId, to_user: Payee, amount: Amount }).pipe(
  filtered(
    ({ from_user, to_user }) => from_user !== to_user,
    "to_user",
    rule("doit être un autre utilisateur que from_user", "must be another user than from_user")
  )
)

const userId = HttpApiSchema.param("user_id", UserIdFromText)

/** The handbook's transfer of money, on a double-entry ledger. */
export const TransfersApi = HttpApiGroup.make("transfers")
  .add(
    HttpApiEndpoint.post("transfer", "/transfer-money")
      .setPayload(Movement)
      .addSuccess(Schema.Struct({
        message: Schema.String.annotations({ examples: ["Transfert de 10.5€ effectué"] }),
        transaction_id: Id,
        from_user: UserId,
        to_user: Payee,
        amount_cents: Schema.Int.annotations({ description: "The amount in cents", examples: [1050] })
      }))
      .addError(AccountNotFound)
      .addError(InsufficientFunds)
      .addError(BalanceTooLarge)
      .addError(Problem.InvalidInput)
      .annotateContext(
        documented("Moves money between two users", "One immediate transaction: both entries are written, or none.")
      )
      .pipe(idempotent)
  )
  .add(
    HttpApiEndpoint.get("account")`/accounts/${userId}`
      .addSuccess(Account)
      .addError(AccountNotFound)
      .annotateContext(documented("An account", "The balance as a decimal text and in cents."))
  )
  .add(
    HttpApiEndpoint.get("entries")`/accounts/${userId}/entries`
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Entry))
      .addError(AccountNotFound)
      .annotateContext(documented("The ledger of an account", "Newest first, a page at a time."))
  )
  .add(
    HttpApiEndpoint.post("deposit")`/accounts/${userId}/deposits`
      .setPayload(Params({ amount: Amount }))
      .addSuccess(Entry, { status: 201 })
      .addError(AccountNotFound)
      .addError(BalanceTooLarge)
      .annotateContext(
        documented("Money from outside", "A double entry too: the outside account pays the user.")
      )
      .pipe(idempotent)
  )
  .annotateContext(OpenApi.annotations({ title: "transfers", description: "Money on a double-entry ledger." }))
