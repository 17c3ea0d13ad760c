import { useEffect, useMemo } from "preact/hooks"
import type { User } from "../accounts/Account.ts"
import { DepositForm } from "../accounts/DepositForm.tsx"
import { Ledger } from "../accounts/Ledger.ts"
import { LedgerPanel } from "../accounts/LedgerPanel.tsx"
import { TransferForm } from "../accounts/TransferForm.tsx"
import { usePages } from "../action/Pages.ts"
import { report, returns } from "../api.ts"
import { go, route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"

/** The view `#/accounts?from=&to=`: two accounts with their ledgers, and transfers between them. */
export const Accounts = () => {
  const users = usePages<User>()
  useEffect(() => void users.load("/users?limit=1000"), [returns.value])
  const { rows } = users
  const [first, second] = rows.value
  const { query } = route.value
  const from = rows.value.find(({ id }) => id === Number(query["from"])) ?? first
  const to = rows.value.find(({ id }) => id === Number(query["to"])) ??
    (from === second ? first : second)
  const ledgers = useMemo(
    () => [...new Set([from?.id, to?.id])].flatMap((id) => id === undefined ? [] : [new Ledger(id)]),
    [from?.id, to?.id]
  )
  const load = () => {
    for (const ledger of ledgers) ledger.load().catch(report)
  }
  const mark = () => {
    for (const ledger of ledgers) ledger.mark()
  }
  useEffect(load, [ledgers, returns.value])

  return (
    <>
      <h1>{say("Comptes", "Accounts")}</h1>
      <p class="hint">
        {say(
          "Un livre en partie double : chaque mouvement écrit deux lignes, et la somme de tous les comptes reste 0.",
          "A double-entry ledger: each movement writes two entries, and the sum of all accounts stays 0."
        )}
      </p>
      {users.failure.value !== undefined && <Problem error={users.failure.value} />}
      {from !== undefined && to !== undefined && (
        <>
          <div class="forms">
            <TransferForm
              users={rows.value}
              from={from.id}
              to={to.id}
              onChoose={(payer, payee) => go(routeText("accounts", undefined, { from: payer, to: payee }))}
              onSend={mark}
              onAnswer={load}
            />
            <DepositForm user={from} onSend={mark} onAnswer={load} />
          </div>
          <div class="ledgers">
            {ledgers.map((ledger) => (
              <LedgerPanel
                key={ledger.userId}
                ledger={ledger}
                name={rows.value.find(({ id }) => id === ledger.userId)?.name ?? ""}
                users={rows.value}
              />
            ))}
          </div>
        </>
      )}
    </>
  )
}
