import type { FastifyPluginCallback } from "fastify"
import { id, problem, type WithDatabase } from "./database.ts"

const transferSchema = {
  querystring: {
    type: "object",
    required: ["from_user", "to_user", "amount"],
    properties: { from_user: id, to_user: id, amount: { type: "string", pattern: "^[0-9]{1,10}(\\.[0-9]{1,2})?$" } }
  },
  response: {
    200: {
      type: "object",
      required: ["message", "transaction_id", "from_user", "to_user", "amount_cents"],
      properties: {
        message: { type: "string" },
        transaction_id: { type: "integer" },
        from_user: { type: "integer" },
        to_user: { type: "integer" },
        amount_cents: { type: "integer" }
      }
    }
  }
}

interface Transfer {
  readonly Querystring: { readonly from_user: number; readonly to_user: number; readonly amount: string }
}

const largestAmount = 100_000_000_000
const largestBalance = Number.MAX_SAFE_INTEGER

/** The reason why a transfer is refused; its transaction is rolled back. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Writes both entries of a transfer in a double-entry ledger, or none; returns the transaction's id. */
const mover = ({ db }: WithDatabase) => {
  const user = db.prepare<[number]>("SELECT id FROM users WHERE id = ?")
  const balanceOf = db.prepare<[number], number>("SELECT balance_cents FROM accounts WHERE id = ?").pluck()
  const open = db.prepare<[number]>("INSERT INTO accounts (id, balance_cents) VALUES (?, 0) ON CONFLICT DO NOTHING")
  const insertTransaction = db.prepare<[number], number>(
    "INSERT INTO ledger_transactions (kind, created_at) VALUES ('transfer', ?) RETURNING id"
  ).pluck()
  const change = db.prepare<[number, number, number, number], number>(
    `UPDATE accounts SET balance_cents = balance_cents + ?
     WHERE id = ? AND balance_cents + ? >= 0 AND balance_cents + ? <= ${largestBalance} RETURNING balance_cents`
  ).pluck()
  const insertEntry = db.prepare<[number, number, number, number, number]>(
    "INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents) VALUES (?, ?, ?, ?, ?)"
  )

  const enter = (transaction: number, account: number, counterpart: number, cents: number): boolean => {
    const balance = change.get(cents, account, cents, cents)
    if (balance === undefined) return false
    insertEntry.run(transaction, account, counterpart, cents, balance)
    return true
  }

  return db.transaction((from: number, to: number, cents: number): number => {
    for (const id of [from, to]) if (user.get(id) === undefined) throw new Refused(404, `No user has the id ${id}`)
    open.run(from)
    open.run(to)
    // @effect-diagnostics-next-line globalDate:off
    const transaction = insertTransaction.get(Date.now())
    if (transaction === undefined) throw new Refused(500, "no transaction")
    if (!enter(transaction, from, to, -cents)) {
      throw new Refused(409, `Account ${from} has ${balanceOf.get(from) ?? 0} cents, ${cents} are needed`)
    }
    if (!enter(transaction, to, from, cents)) throw new Refused(409, `Account ${to} would hold too much`)
    return transaction
  }).immediate
}

export const transfers: FastifyPluginCallback<WithDatabase> = (app, { db }, done) => {
  const move = mover({ db })

  app.post<Transfer>("/transfer-money", { schema: transferSchema }, ({ query }, reply) => {
    const { amount, from_user, to_user } = query
    const [units = "", decimals = ""] = amount.split(".")
    const amount_cents = Number(units) * 100 + Number(decimals.padEnd(2, "0"))
    if (amount_cents < 1 || amount_cents > largestAmount || from_user === to_user) {
      return void reply.code(422).send(problem(422, "An amount from 0.01 to 1000000000.00, to another user"))
    }
    try {
      const transaction_id = move(from_user, to_user, amount_cents)
      const message = `Transfert de ${(amount_cents / 100).toFixed(2).replace(/0$/, "")}€ effectué`
      reply.send({ message, transaction_id, from_user, to_user, amount_cents })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      reply.code(error.status).send(problem(error.status, error.message))
    }
  })
  done()
}
