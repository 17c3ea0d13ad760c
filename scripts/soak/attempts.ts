import { Effect, Random } from "effect"
import { format } from "../../src/domain/Money.ts"

/** A transfer as a client requests it; `answers` are the statuses that are right for it. */
export interface Attempt {
  readonly kind: "valid" | "overdraft" | "invalid amount" | "unknown account" | "outside account" | "oneself"
  readonly from: number
  readonly to: number
  readonly amount: string
  readonly answers: ReadonlyArray<number>
}

/**
 * Names a transfer by payer, payee and amount. No two valid attempts of a run share a key, so one of unknown outcome
 * can be found in the ledger.
 */
export const keyOf = (from: number, to: number, cents: number): string => `${from} pays ${to} ${format(cents)}`

/** Returns the key of a valid attempt. */
export const keyOfValid = ({ amount, from, to }: Attempt): string => `${from} pays ${to} ${amount}`

/** An amount beyond any balance of the run. */
const beyondAnyBalance = "900000000.00"
const invalidAmounts = [
  "0",
  "-5",
  "-0.01",
  "NaN",
  "Infinity",
  "1.001",
  "0.001",
  "1000000000.01",
  "1e400",
  "ten",
  "",
  "9".repeat(400)
]
const largestCents = 20_000

const oneOf = <A>(first: A, ...others: ReadonlyArray<A>) =>
  Effect.map(Random.nextIntBetween(0, others.length + 1), (n) => [first, ...others][n] ?? first)

/** Draws attempts from `Random`: two thirds are valid, though some of those lack money. */
export const makeAttempts = (users: number) => {
  const used = new Set<string>()
  const someone = Random.nextIntBetween(1, users + 1)
  const someoneBut = (other: number) => Effect.repeat(someone, { until: (user) => user !== other })

  const valid = Effect.gen(function*() {
    const from = yield* someone
    const to = yield* someoneBut(from)
    const cents = yield* Random.nextIntBetween(1, largestCents)
    return { kind: "valid", from, to, amount: format(cents), answers: [200, 409] } as const
  }).pipe(
    Effect.repeat({ until: (attempt) => !used.has(keyOfValid(attempt)) }),
    Effect.tap((attempt) => Effect.sync(() => used.add(keyOfValid(attempt))))
  )

  return Effect.gen(function*(): Effect.fn.Return<Attempt> {
    const dice = yield* Random.nextIntBetween(0, 30)
    if (dice < 20) return yield* valid
    const from = yield* someone
    const to = yield* someoneBut(from)
    const withOneEnd = (id: number) =>
      Effect.map(Random.nextBoolean, (payer) => (payer ? { from: id, to } : { from, to: id }))
    if (dice < 22) return { kind: "overdraft", from, to, amount: beyondAnyBalance, answers: [409] }
    if (dice < 26) {
      return { kind: "invalid amount", from, to, amount: yield* oneOf("1e3", ...invalidAmounts), answers: [422] }
    }
    if (dice < 28) {
      const unknown = yield* oneOf(1_000_000, Number.MAX_SAFE_INTEGER)
      return { kind: "unknown account", ...(yield* withOneEnd(unknown)), amount: "1.00", answers: [404] }
    }
    if (dice < 29) return { kind: "outside account", ...(yield* withOneEnd(0)), amount: "1.00", answers: [422] }
    return { kind: "oneself", from, to: from, amount: "1.00", answers: [422] }
  })
}
