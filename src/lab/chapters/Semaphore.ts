import { Effect, Layer } from "effect"
import { UserId } from "../../domain/Ids.ts"
import { Cents } from "../../domain/Money.ts"
import { text } from "../../domain/Text.ts"
import { CpuPool } from "../../platform/workers/cpu/CpuPool.ts"
import { Policies } from "../../policy/Policies.ts"
import { Transfers } from "../../transfers/Transfers.ts"
import { type KnobValues, millisKnob, tasksKnob } from "../Knobs.ts"
import * as LabChapter from "../LabChapter.ts"
import { callers } from "../parts/callers.ts"
import * as LabDatabase from "../parts/LabDatabase.ts"
import * as LabPool from "../parts/LabPool.ts"
import type { Tally } from "../Tally.ts"

/** Alice's part of the items; the rest is Bob's. */
const partOfAlice = 2 / 3

/**
 * Two clients with items. Each item computes on the pool, which the interruption of the item really stops, and then
 * moves a cent, whose commit no interruption reaches.
 */
const program = ({ tasks, work }: KnobValues, tally: Tally) =>
  Effect.gen(function*() {
    const { transfer } = yield* Transfers
    const { sumOfSquares } = yield* CpuPool
    const { parties, within } = (yield* Policies).of("batch")
    const item = Effect.zipRight(
      sumOfSquares(work * LabPool.unit),
      transfer(UserId.make(1), UserId.make(2), Cents.make(1))
    )
    const client = (name: string, items: number) =>
      items === 0 ? Effect.void : Effect.flatMap(parties.party, (party) => {
        const limited = within(party)
        return callers(items, (number) => Effect.withSpan(tally.each(limited(item)), `${name} ${number}`))
      }).pipe(Effect.scoped, Effect.withSpan(name))
    const ofAlice = Math.ceil(tasks * partOfAlice)
    const clients = [client("Alice", ofAlice), client("Bob", tasks - ofAlice)]
    yield* callers(clients.length, (number) => clients[number - 1] ?? Effect.void)
  })

/** « Semaphore et limitation de concurrence »: items without a limit, and a few at a time. */
export const semaphore = LabChapter.make({
  name: "semaphore",
  title: text("Tout lancer, ou quelques-uns à la fois", "Start everything, or a few at a time"),
  about: text(
    "Les threads de calcul n'ont que quatre places : lancé d'un coup, le surplus est refusé. Un sémaphore fait attendre, et ses permis vont tour à tour aux deux clients. Débranchez Alice : ses éléments sont interrompus, un commit résiste, un thread est arrêté, et son permis va à Bob.",
    "The pool of threads has only four places: started all at once, the rest is refused. A semaphore makes it wait, and its permits go to the two clients in turn. Pull Alice's plug: her items are interrupted, a commit resists, a thread is stopped, and the permit goes to Bob."
  ),
  source: "src/policy/FairSemaphore.ts",
  section: "Semaphore et limitation de concurrence",
  isPredictable: false,
  ways: {
    wrong: text("Sans limite : le surplus est refusé", "Without a limit: the excess is refused"),
    right: text("La politique batch donne des permis", "The policy batch hands out permits")
  },
  knobs: {
    tasks: tasksKnob(12, 24, text("Éléments", "Items")),
    permits: { title: text("Permis", "Permits"), unit: "", range: [1, 10], fallback: 3 },
    work: { title: text("Travail", "Work"), unit: "M i²", range: [1, 50], fallback: 20 },
    disk: millisKnob(200, [0, 500], text("Latence du disque", "Latency of the disk"))
  },
  settings: () => ({ cpuWorkers: LabPool.threads, cpuQueue: LabPool.threads }),
  services: (_, { disk, permits }, way) =>
    Layer.mergeAll(
      LabDatabase.transfers(disk),
      CpuPool.layer,
      Policies.layerWith({ "batch": way === "wrong" ? {} : { concurrency: permits } })
    ),
  warmUp: LabPool.warmUp,
  programs: { wrong: program, right: program }
})
