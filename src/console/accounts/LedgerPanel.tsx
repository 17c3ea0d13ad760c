import { Moment } from "../action/Moment.tsx"
import { moneyText } from "../action/moments.ts"
import { MoreButton } from "../action/MoreButton.tsx"
import { say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"
import { type Column, Table } from "../widgets/Table.tsx"
import type { Entry, User } from "./Account.ts"
import type { Ledger } from "./Ledger.ts"

interface Props {
  readonly ledger: Ledger
  readonly name: string
  readonly users: ReadonlyArray<User>
}

/** An account: its balance, and its ledger entries, newest first. */
export const LedgerPanel = ({ ledger, name, users }: Props) => {
  const { balance, entries, known } = ledger
  const isNew = ({ id }: Entry) => known.value !== undefined && id > known.value
  const partner = ({ counterpart }: Entry) =>
    counterpart === null
      ? say("extérieur", "outside")
      : users.find(({ id }) => id === counterpart)?.name ?? `#${counterpart}`
  const columns: ReadonlyArray<Column<Entry>> = [
    {
      title: say("Avec", "With"),
      cell: (entry) => (
        <>
          {partner(entry)}
          {isNew(entry) && <span class="badge">{say("nouvelle", "new")}</span>}
        </>
      )
    },
    {
      title: say("Montant", "Amount"),
      isFigure: true,
      cell: ({ amount_cents }) => (
        <span class={amount_cents < 0 ? "money-out" : "money-in"}>
          {amount_cents > 0 && "+"}
          {moneyText(amount_cents)}
        </span>
      )
    },
    { title: say("Solde", "Balance"), isFigure: true, cell: ({ balance_cents }) => moneyText(balance_cents) },
    { title: say("Transaction", "Transaction"), isFigure: true, cell: ({ transaction_id }) => transaction_id },
    { title: say("Le", "On"), cell: ({ created_at }) => <Moment at={created_at} /> }
  ]
  return (
    <section class="panel ledger" aria-label={say(`Compte de ${name}`, `Account of ${name}`)}>
      <div class="bar">
        <h2>{name}</h2>
        <strong class="balance" role="status">{balance.value === undefined ? "…" : moneyText(balance.value)}</strong>
      </div>
      {entries.failure.value !== undefined && <Problem error={entries.failure.value} />}
      <Table
        caption={say(`Écritures de ${name}, les plus récentes d'abord`, `Entries of ${name}, newest first`)}
        columns={columns}
        rows={entries.rows.value}
        keyOf={({ id }) => id}
        empty={entries.isLoaded.value ? say("Aucune écriture.", "No entries.") : say("Chargement…", "Loading…")}
      />
      <MoreButton pages={entries} />
    </section>
  )
}
