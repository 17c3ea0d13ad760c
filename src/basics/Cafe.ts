import { Duration, Effect } from "effect"

/** The handbook's five minutes for a coffee. Run the café in virtual time. */
export const preparation = Duration.minutes(5)

type Customer = "Person 1" | "Person 2"

const customers: ReadonlyArray<Customer> = ["Person 1", "Person 2"]

const say = (who: Customer | "Barista", line: string) => Effect.logInfo(`${who}: ${line}`)

const prepare = Effect.fn("Cafe.prepare")(function*(customer: Customer) {
  yield* Effect.annotateCurrentSpan({ customer })
  yield* Effect.sleep(preparation)
  yield* say(customer, "reçoit le café")
})

const waitAtTheCounter = (customer: Customer) =>
  Effect.zipRight(say(customer, `attend ${Duration.toMinutes(preparation)} minutes`), prepare(customer))

const orderAndSitDown = (customer: Customer) =>
  Effect.zipRight(say(customer, "\"Je commande un café\""), say(customer, "va s'asseoir"))

/**
 * The handbook's analogy, blocking: one barista serves one customer after the other, so the second coffee takes twice
 * as long. Every line is logged (info) at the moment it happens.
 */
export const synchronous = Effect.gen(function*() {
  yield* say("Person 1", "\"Je commande un café\"")
  yield* say("Person 2", "\"Je veux aussi un café\"")
  yield* say("Person 2", "attend que Person 1 soit servie")
  yield* Effect.forEach(customers, waitAtTheCounter, { concurrency: 1, discard: true })
}).pipe(Effect.withSpan("Cafe.synchronous"))

/**
 * The same café without blocking: the barista takes both orders and prepares them together, in the time of one coffee.
 */
export const asynchronous = Effect.gen(function*() {
  yield* Effect.forEach(customers, orderAndSitDown, { concurrency: 1, discard: true })
  yield* say("Barista", "Prépare les deux cafés en parallèle")
  yield* Effect.forEach(customers, prepare, { concurrency: "unbounded", discard: true })
}).pipe(Effect.withSpan("Cafe.asynchronous"))
