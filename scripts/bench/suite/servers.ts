import type { Command } from "@effect/platform"
import { Effect, type Scope } from "effect"
import { watchProcessors } from "../../harness/processorTime.ts"
import { barista, node, start } from "../../harness/serverProcess.ts"
import type { Request } from "../load/Load.ts"
import { ours } from "../report/statistics.ts"
import { Bench } from "./Bench.ts"
import { copyOf } from "./filledDatabase.ts"
import type { Contender, Needs } from "./Row.ts"

/** A contender that is a server, with the command of its process. */
export interface Server {
  readonly name: string
  readonly command: Effect.Effect<Command.Command, Error, Needs | Scope.Scope>
}

const copy = Effect.flatMap(Bench, ({ filled }) => Effect.flatMap(filled, copyOf))

export type Environment = Readonly<Record<string, string>>

/** The product, on its own copy of the filled database. */
export const product = (environment: Environment = {}): Server => ({
  name: ours,
  command: Effect.map(copy, (folder) => barista(folder, environment))
})

/** Makes @effect/platform's own parts serve the contract. */
export const stockAdapter: Environment = { HTTP_ADAPTER: "platform" }
export const stockName = `${ours} stock`

/** The product as in `product`, served by @effect/platform's own parts. */
export const stock = (environment: Environment = {}): Server => ({
  ...product({ ...environment, ...stockAdapter }),
  name: stockName
})

/** The routes on Fastify and better-sqlite3, on their own copy of the filled database. */
export const fastify: Server = {
  name: "fastify",
  command: Effect.map(copy, (folder) => node("bench/contenders/fastify", `${folder}/barista.sqlite`))
}

/** The routes without a database on node:http alone. */
export const raw: Server = { name: "node:http", command: Effect.succeed(node("bench/contenders/raw")) }

/** Begins to measure the share of a core that a server takes; `taken` is the share since then. */
export const watchCores = Effect.fnUntraced(function*(pid: number) {
  const { spent } = yield* watchProcessors(pid)
  const began = performance.now()
  return { taken: Effect.map(spent, (seconds) => seconds * 1000 / (performance.now() - began)) }
})

/** Seconds of the warm-up, in which V8 compiles the measured code; one second is too short. */
const warmingUp = 3

/** Measures a server under the load of the given connections, as requests a second in the figure `rate`. */
export const underLoad =
  (connections: number, requests: (round: number) => ReadonlyArray<Request>) =>
  ({ command, name }: Server): Contender => ({
    name,
    start: Effect.gen(function*() {
      const { load } = yield* Bench
      const { pid, port } = yield* start(yield* command)
      return Effect.fnUntraced(function*(round: number) {
        const { taken } = yield* watchCores(pid)
        const longer = round === 0 ? { seconds: warmingUp } : {}
        const { failed, rate } = yield* load({ port, connections, requests: requests(round), ...longer })
        return { values: { rate }, failed, cores: yield* taken }
      })
    })
  })
