import { Effect, Layer } from "effect"
import { UserId } from "../../domain/Ids.ts"
import { Cents } from "../../domain/Money.ts"
import { text } from "../../domain/Text.ts"
import { Database } from "../../platform/sql/Database.ts"
import { Upstream } from "../../platform/upstream/Upstream.ts"
import { Transfers } from "../../transfers/Transfers.ts"
import { millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabDatabase from "../parts/LabDatabase.ts"
import * as LabUpstream from "../parts/LabUpstream.ts"

const parts = ({ latency }: { readonly latency: number }) =>
  Effect.map(Effect.all([Transfers, Upstream, Database], { concurrency: 1 }), ([transfers, upstream, database]) => ({
    check: upstream.get(LabUpstream.delayed(latency)),
    transfer: transfers.transfer(UserId.make(1), UserId.make(2), Cents.make(1)),
    transaction: database.transaction
  }))

/** « Context managers asynchrones »: transfers that call a service within their transaction, or before it. */
export const transfer = LabChapter.make({
  name: "transfer",
  title: text("Attendre dans la transaction, ou avant", "Wait inside the transaction, or before it"),
  about: text(
    "Chaque virement appelle d'abord un service. Dans la transaction, l'appel retient la base : les autres attendent leur tour, et tous le commit du dernier. Avant elle, les appels se font à la fois.",
    "Each transfer first calls a service. Inside the transaction the call holds the database: the others wait for their turn, and all for the commit of the last. Before it the calls run at once."
  ),
  source: "src/transfers/Transfers.ts",
  section: "Context managers asynchrones",
  isPredictable: false,
  ways: {
    wrong: text("L'appel se fait dans la transaction", "The call runs inside the transaction"),
    right: text("L'appel se fait avant une transaction courte", "The call runs before a short transaction")
  },
  knobs: {
    tasks: tasksKnob(5, 20, text("Virements", "Transfers")),
    latency: millisKnob(100, [10, 500]),
    disk: millisKnob(50, [0, 500], text("Latence du disque", "Latency of the disk"))
  },
  services: ({ upstream }, { disk }) => Layer.merge(LabDatabase.transfers(disk), upstream),
  warmUp: LabUpstream.warmUp,
  programs: {
    wrong: (values, tally) =>
      Effect.flatMap(
        parts(values),
        ({ check, transaction, transfer }) =>
          callers(values.tasks, () => tally.each(transaction(Effect.zipRight(check, transfer))))
      ),
    right: (values, tally) =>
      Effect.flatMap(
        parts(values),
        ({ check, transfer }) => callers(values.tasks, () => tally.each(Effect.zipRight(check, transfer)))
      )
  }
})
