import { signal } from "@preact/signals"
import { Pages } from "../action/Pages.ts"
import { askJson } from "../api.ts"
import type { Account, Entry } from "./Account.ts"

/** Entries of a page. */
const shown = 8

/** The balance and the entries of one account. */
export class Ledger {
  readonly userId: number
  readonly balance = signal<number | undefined>(undefined)
  readonly entries = new Pages<Entry>()
  /** The last transaction that was known before the reader's: newer ones are marked. */
  readonly known = signal<number | undefined>(undefined)

  constructor(userId: number) {
    this.userId = userId
  }

  /** Reads balance and entries again. */
  async load(): Promise<void> {
    const [account] = await Promise.all([
      askJson<Account>(`/accounts/${this.userId}`),
      this.entries.load(`/accounts/${this.userId}/entries?limit=${shown}`)
    ])
    this.balance.value = account.balance_cents
    this.known.value ??= this.entries.rows.peek()[0]?.id ?? 0
  }

  /** Marks the entries that come from now on. */
  mark(): void {
    this.known.value = this.entries.rows.peek()[0]?.id ?? 0
  }
}
