export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
}

export interface Account {
  readonly user_id: number
  readonly balance: string
  readonly balance_cents: number
}

/** One side of a ledger transaction, as its account sees it. */
export interface Entry {
  readonly id: number
  readonly transaction_id: number
  readonly kind: "deposit" | "transfer"
  readonly amount_cents: number
  readonly balance_cents: number
  /** The other user; null for the outside account. */
  readonly counterpart: number | null
  readonly created_at: string
}
