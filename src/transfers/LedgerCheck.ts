import { Context, Data, Effect, Layer, Option } from "effect"
import { format } from "../domain/Money.ts"
import { Database } from "../platform/sql/Database.ts"
import { orDefect } from "../platform/sql/orDefect.ts"
import { LedgerRepo, type SumRow } from "./LedgerRepo.ts"

const written = (cents: number) => `${format(cents)} (${cents} cents)`

/** An account's balance differs from the sum of its entries; both in cents. */
export class BalanceDiffers extends Data.TaggedError("BalanceDiffers")<{
  readonly account_id: number
  readonly balance_cents: number
  readonly entries_cents: number
}> {
  override get message(): string {
    const account = this.account_id === 0 ? "the outside account" : `account ${this.account_id}`
    return `the ledger is wrong: ${account} has a balance of ${written(this.balance_cents)}, but its entries sum to ${
      written(this.entries_cents)
    }`
  }
}

/** The accounts, the outside one included, do not sum to zero; in cents. */
export class LedgerUnbalanced extends Data.TaggedError("LedgerUnbalanced")<{ readonly sum_cents: number }> {
  override get message(): string {
    return `the ledger is wrong: all accounts together, the outside one included, hold ${
      written(this.sum_cents)
    } instead of ${written(0)}`
  }
}

/**
 * The position of the walk. The entries of `account` up to `entry` are summed, and all accounts before it are compared.
 */
interface Position {
  readonly account: number
  readonly entry: number
  readonly sum: number
}

type Rows = ReadonlyArray<SumRow>

/**
 * Entries that one statement sums: one to four milliseconds of the event loop, depending on how many accounts they
 * belong to.
 */
const pageOfEntries = 500

/**
 * Proves the ledger: every balance is the sum of its account's entries, and all accounts with the outside one sum to
 * zero. Walks the accounts in bounded pages, about four seconds for a million entries, and stays correct while
 * transfers go on.
 */
export class LedgerCheck extends Context.Tag("barista/transfers/LedgerCheck")<LedgerCheck, {
  /** Fails with the first difference. */
  readonly run: Effect.Effect<void, BalanceDiffers | LedgerUnbalanced>
}>() {
  /** Makes the check with a number of entries that one statement sums. */
  static readonly layerOfPages = (limit: number) =>
    Layer.effect(
      LedgerCheck,
      Effect.gen(function*() {
        const repo = yield* LedgerRepo
        const { snapshot } = yield* Database

        /** Compares the accounts that end in a page; returns the start of the next page. */
        const compare = Effect.fnUntraced(function*(position: Position, rows: Rows) {
          const isLast = rows.reduce((entries, row) => entries + row.entries, 0) < limit
          let next: Position | undefined
          for (const [index, { account_id, balance_cents, last_entry, sum_cents }] of rows.entries()) {
            const sum = sum_cents + (account_id === position.account ? position.sum : 0)
            if (!isLast && index === rows.length - 1) {
              next = { account: account_id, entry: last_entry ?? 0, sum }
            } else if (sum !== balance_cents) {
              return yield* new BalanceDiffers({ account_id, balance_cents, entries_cents: sum })
            }
          }
          return next
        })

        return {
          run: orDefect(snapshot(Effect.gen(function*() {
            // entries are only appended, whole transactions at a time, so those up to this one sum to zero despite
            // later writes; on PostgreSQL ids are committed in any order, and a snapshot has no later writes
            const newest = Option.match(yield* orDefect(repo.newestEntry()), {
              onNone: () => 0,
              onSome: ({ id }) => id
            })
            let total = 0
            let position: Position | undefined = { account: 0, entry: 0, sum: 0 }
            while (position !== undefined) {
              const { account, entry }: Position = position
              // one statement sees one state, so its balances match its entries
              const rows: Rows = yield* orDefect(repo.sums({ account, entry, newest, limit }))
              total = rows.reduce((sum, { sum_to_newest }) => sum + sum_to_newest, total)
              position = yield* compare(position, rows)
              // lets the event loop run everyone else's work
              yield* Effect.sleep(0)
            }
            if (total !== 0) return yield* new LedgerUnbalanced({ sum_cents: total })
          }))).pipe(Effect.withSpan("LedgerCheck.run"))
        }
      })
    )

  static readonly layer = LedgerCheck.layerOfPages(pageOfEntries)
}
