import Sqlite from "better-sqlite3"

/**
 * The routes of the comparison written plainly on better-sqlite3, with the same tables, durability and ledger as the product's, and with
 * no validation, language, trace or problem document: what the same work costs without them.
 */
export const plainRoutes = (filename: string) => {
  const db = new Sqlite(filename)
  db.pragma("journal_mode = WAL")
  db.pragma("synchronous = FULL")
  db.pragma("foreign_keys = ON")

  const users = db.prepare("SELECT id, name, email FROM users WHERE id > 0 ORDER BY id LIMIT 101")
  const user = db.prepare("SELECT id, name, email FROM users WHERE id = ?")
  const posts = db.prepare("SELECT id, user_id, title, content FROM posts WHERE user_id = ? ORDER BY id LIMIT 1000")
  const followers = db.prepare("SELECT COUNT(*) AS n FROM followers WHERE followed_id = ?").pluck()
  const insertUser = db.prepare("INSERT INTO users (name, email, email_key) VALUES (?, ?, ?) RETURNING id, name, email")
  const open = db.prepare("INSERT INTO accounts (id, balance_cents) VALUES (?, 0) ON CONFLICT DO NOTHING")
  const insertTransaction = db.prepare(
    "INSERT INTO ledger_transactions (kind, created_at) VALUES ('transfer', ?) RETURNING id"
  ).pluck()
  const change = db.prepare(
    "UPDATE accounts SET balance_cents = balance_cents + ? WHERE id = ? AND balance_cents + ? >= 0 RETURNING balance_cents"
  ).pluck()
  const insertEntry = db.prepare(
    "INSERT INTO ledger_entries (transaction_id, account_id, counterpart_id, amount_cents, balance_cents) VALUES (?, ?, ?, ?, ?)"
  )

  let now = 0
  const move = db.transaction((from: number, to: number, cents: number) => {
    for (const id of [from, to]) if (user.get(id) === undefined) return undefined
    open.run(from)
    open.run(to)
    const id = insertTransaction.get(now++)
    const enter = (account: number, counterpart: number, amount: number) => {
      const balance = change.get(amount, account, amount)
      if (balance === undefined) throw new Error("insufficient funds")
      insertEntry.run(id, account, counterpart, amount, balance)
    }
    enter(from, to, -cents)
    enter(to, from, cents)
    return id
  })

  return {
    live: () => ({ status: "ok" }),
    users: () => users.all(),
    profile: (id: number) => ({ user: user.get(id), posts: posts.all(id), followers: followers.get(id) }),
    createUser: (name: string, email: string) => insertUser.get(name, email, email.toLowerCase()),
    transfer: (from: number, to: number, amount: number) => {
      const id = move.immediate(from, to, Math.round(amount * 100))
      return { message: `Transfert de ${amount}€ effectué`, transaction_id: id }
    }
  }
}
