import { Effect, Schema } from "effect"
import { format } from "../../src/domain/Money.ts"
import { Account, Entry } from "../../src/transfers/Api.ts"
import type { Bound } from "../harness/bounds.ts"
import { ask } from "../harness/client.ts"
import { keyOf, keyOfValid } from "./attempts.ts"
import { without } from "./claims.ts"
import type { TransferRecord } from "./transferClients.ts"

const accountOf = Schema.decodeUnknown(Schema.parseJson(Account))
const entriesOf = Schema.decodeUnknown(Schema.parseJson(Schema.Array(Entry)))
const pageSize = 1000

/** An entry with the account that it was read from. */
interface Side {
  readonly owner: number
  readonly entry: Entry
}

/** All that the API tells of the money; entries are newest first. */
interface Ledger {
  readonly accounts: ReadonlyArray<{ readonly account: Account; readonly entries: ReadonlyArray<Entry> }>
  readonly transactions: ReadonlyMap<number, ReadonlyArray<Side>>
}

const readPage = (port: number, user: number, after: number | undefined) =>
  Effect.flatMap(
    ask(port, "GET", `/accounts/${user}/entries?limit=${pageSize}${after === undefined ? "" : `&after=${after}`}`),
    ({ body }) => entriesOf(body)
  )

const readEntries = Effect.fnUntraced(function*(port: number, user: number) {
  const entries: Array<Entry> = []
  let page: ReadonlyArray<Entry>
  do {
    page = yield* readPage(port, user, entries.at(-1)?.id)
    entries.push(...page)
  } while (page.length === pageSize)
  return entries
})

/** Reads all accounts, and the whole ledger of each page by page. */
export const readLedger = Effect.fnUntraced(function*(port: number, users: number) {
  const transactions = new Map<number, Array<Side>>()
  const accounts: Array<Ledger["accounts"][number]> = []
  for (let owner = 1; owner <= users; owner++) {
    const { body } = yield* ask(port, "GET", `/accounts/${owner}`)
    const entries = yield* readEntries(port, owner)
    accounts.push({ account: yield* accountOf(body), entries })
    for (const entry of entries) {
      const sides = transactions.get(entry.transaction_id)
      if (sides === undefined) transactions.set(entry.transaction_id, [{ owner, entry }])
      else sides.push({ owner, entry })
    }
  }
  return { accounts, transactions }
})

const isDeposit = (sides: ReadonlyArray<Side>): boolean =>
  sides.length === 1 && sides.every(({ entry }) => entry.kind === "deposit" && entry.counterpart === null)

/** The key of a transfer whose two entries mirror one another; none for anything else. */
const mirroredKey = (sides: ReadonlyArray<Side>): string | undefined => {
  const [debit, credit] = sides.toSorted((a, b) => a.entry.amount_cents - b.entry.amount_cents)
  if (sides.length !== 2 || debit === undefined || credit === undefined) return undefined
  const cents = credit.entry.amount_cents
  const mirrored = cents > 0 && debit.entry.amount_cents === -cents
    && sides.every(({ entry }) => entry.kind === "transfer")
    && Number(debit.entry.counterpart) === credit.owner && Number(credit.entry.counterpart) === debit.owner
  return mirrored ? keyOf(debit.owner, credit.owner, cents) : undefined
}

/** What stands in the ledger against what was answered: accepted ones once, killed ones at most once, and nothing else. */
const transactionClaims = (
  { transactions }: Ledger,
  { accepted, killed }: TransferRecord,
  deposits: number
): ReadonlyArray<Bound> => {
  const transfers = [...transactions].filter(([, sides]) => !isDeposit(sides))
  const seen = new Set<string>()
  const wrong = [...accepted.keys()].filter((id) => !transactions.has(id)).map((id) => `transaction ${id} is not there`)
  const halves: Array<string> = []
  const strays: Array<string> = []
  let made = 0
  for (const [id, sides] of transfers) {
    const key = mirroredKey(sides)
    const asked = accepted.get(id)
    const found = `transaction ${id} is ${key ?? JSON.stringify(sides)}`
    if (key === undefined) halves.push(found)
    else if (seen.has(key)) strays.push(`${found}, for the second time`)
    else if (asked !== undefined && key !== keyOfValid(asked)) wrong.push(`${found}, asked was ${keyOfValid(asked)}`)
    else if (asked === undefined && !killed.has(key)) strays.push(`${found}, for which nobody has been told yes`)
    else if (asked === undefined) made++
    if (key !== undefined) seen.add(key)
  }
  const deposited = transactions.size - transfers.length
  return [
    without(`each of the ${accepted.size} accepted transfers is in the ledger once, as asked for`, wrong),
    without("each transfer has its two entries, of opposite amounts", halves),
    without(`of the ${killed.size} killed transfers ${made} were made, each once; nothing else is there`, strays),
    { says: `${deposits} deposits`, measured: String(deposited), met: deposited === deposits },
    {
      says: "transfers were accepted and transfers were killed",
      measured: `${accepted.size} and ${killed.size}`,
      met: accepted.size > 0 && killed.size > 0
    }
  ]
}

const sum = (amounts: ReadonlyArray<number>): number => amounts.reduce((total, amount) => total + amount, 0)

/** The claims on what the API tells after the run. */
export const ledgerClaims = (ledger: Ledger, record: TransferRecord, deposits: number): ReadonlyArray<Bound> => {
  const { accounts } = ledger
  const name = ({ account }: Ledger["accounts"][number]) =>
    `account ${account.user_id} has ${format(account.balance_cents)}`
  const unequal = accounts.filter(({ account, entries }) =>
    account.balance_cents !== sum(entries.map(({ amount_cents }) => amount_cents))
  )
  const jumps = accounts.flatMap(({ account, entries }) =>
    entries
      .filter(({ amount_cents, balance_cents }, n) =>
        balance_cents < 0 || balance_cents !== (entries[n + 1]?.balance_cents ?? 0) + amount_cents
      )
      .map((entry) => `account ${account.user_id}: ${JSON.stringify(entry)}`)
  )
  return [
    ...transactionClaims(ledger, record, deposits),
    without("no balance is negative", accounts.filter(({ account }) => account.balance_cents < 0).map(name)),
    without("each balance is the sum of its entries", unequal.map(name)),
    without("each entry's balance follows from the one before, and none is negative", jumps)
  ]
}
