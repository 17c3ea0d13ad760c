import { Effect, Schema } from "effect"
import { Entry } from "../../src/transfers/Api.ts"
import { type Check, exactly, without } from "../harness/checks.ts"
import { ask } from "../harness/client.ts"
import { keyOf, keyOfValid } from "./attempts.ts"
import type { TransferRecord } from "./transferClients.ts"

const entriesOf = Schema.decodeUnknown(Schema.parseJson(Schema.Array(Entry)))
const pageSize = 1000

/** An entry with the account that showed it. */
interface Side {
  readonly owner: number
  readonly entry: Entry
}

/** The entries that the API shows, by their transaction. */
type Transactions = ReadonlyMap<number, ReadonlyArray<Side>>

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

/** Reads the entries of all accounts, page by page. */
export const readTransactions = Effect.fnUntraced(function*(port: number, users: number) {
  const transactions = new Map<number, Array<Side>>()
  for (let owner = 1; owner <= users; owner++) {
    for (const entry of yield* readEntries(port, owner)) {
      const sides = transactions.get(entry.transaction_id)
      if (sides === undefined) transactions.set(entry.transaction_id, [{ owner, entry }])
      else sides.push({ owner, entry })
    }
  }
  return transactions
})

const isDeposit = (sides: ReadonlyArray<Side>): boolean =>
  sides.length === 1 && sides.every(({ entry }) => entry.kind === "deposit" && entry.counterpart === null)

/** Returns the key of a transfer whose two entries mirror one another, and of nothing else. */
const mirroredKey = (sides: ReadonlyArray<Side>): string | undefined => {
  const [debit, credit] = sides.toSorted((a, b) => a.entry.amount_cents - b.entry.amount_cents)
  if (sides.length !== 2 || debit === undefined || credit === undefined) return undefined
  const cents = credit.entry.amount_cents
  const mirrored = cents > 0 && debit.entry.amount_cents === -cents
    && sides.every(({ entry }) => entry.kind === "transfer")
    && Number(debit.entry.counterpart) === credit.owner && Number(credit.entry.counterpart) === debit.owner
  return mirrored ? keyOf(debit.owner, credit.owner, cents) : undefined
}

/** Checks the ledger against the answers: accepted transfers once, killed ones at most once, and nothing else. */
export const transferChecks = (
  transactions: Transactions,
  { accepted, killed }: TransferRecord,
  deposits: number
): ReadonlyArray<Check> => {
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
  return [
    without(`each of the ${accepted.size} accepted transfers is in the ledger once, as asked for`, wrong),
    without("each transfer has its two entries, of opposite amounts", halves),
    without(`of the ${killed.size} killed transfers ${made} were made, each once; nothing else is there`, strays),
    exactly("deposits", deposits, transactions.size - transfers.length),
    {
      name: "transfers were accepted and transfers were killed",
      measured: `${accepted.size} and ${killed.size}`,
      met: accepted.size > 0 && killed.size > 0
    }
  ]
}
