// `npm run soak:nodes -- MODE` checks the outcome of everything that several servers on one PostgreSQL database
// accepted. `kill`, `freeze` and `cut` hurt one of them again and again; `slow` delays the database, `restart` crashes
// it. `rolling` replaces every server under load, `empty` starts four at once on an empty database. `delayed` checks
// due times, `transfers` opposed transfers. The environment sets NODES, ROUNDS, CLIENTS and SEED; the exit code is 1 if
// a check fails.
import type { HttpClient } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Clock, Config, Console, Effect, Layer, Random, type Scope } from "effect"
import { runUntilSignal } from "../../src/platform/process/runUntilSignal.ts"
import { type Check, print } from "../harness/checks.ts"
import { delayed } from "./nodes/delayed.ts"
import { drill, type Harm } from "./nodes/drill.ts"
import { empty } from "./nodes/empty.ts"
import { restart } from "./nodes/restart.ts"
import { rolling } from "./nodes/rolling.ts"
import { transfers } from "./nodes/transfers.ts"

interface Settings {
  readonly nodes: number
  readonly rounds: number
  readonly clients: number
}

/** Runs a drill, and returns its checks. */
type Mode = (
  settings: Settings
) => Effect.Effect<ReadonlyArray<Check>, Error, NodeContext.NodeContext | HttpClient.HttpClient | Scope.Scope>

/** Hurts servers again and again, or the way to the database. */
const hurting = (harm: Harm): Mode => (settings) =>
  Effect.gen(function*() {
    const { checks, mailsTwice, repeated, replayed, requests } = yield* drill({ harm, ...settings })
    yield* Console.log(`${requests} requests answered; ${repeated} sent again, ${replayed} answered from memory`)
    yield* Console.log(`${mailsTwice} mails sent more than once, each with its own Message-Id`)
    return checks
  })

const modes: Readonly<Record<string, Mode>> = {
  kill: hurting("kill"),
  freeze: hurting("freeze"),
  cut: hurting("cut"),
  slow: hurting("slow"),
  restart: ({ clients, nodes }) => restart(nodes, clients),
  rolling: ({ clients, nodes }) => rolling(nodes, clients),
  delayed: ({ nodes }) => delayed(nodes),
  transfers: () => transfers,
  empty: ({ rounds }) => empty(rounds)
}

const main = Effect.gen(function*() {
  const name = process.argv[2] ?? "kill"
  const mode = modes[name]
  if (mode === undefined) {
    process.exitCode = 1
    return yield* Console.error(`${name} is none of ${Object.keys(modes).join(", ")}`)
  }
  const nodes = yield* Config.withDefault(Config.integer("NODES"), 3)
  const rounds = yield* Config.withDefault(Config.integer("ROUNDS"), 5)
  const clients = yield* Config.withDefault(Config.integer("CLIENTS"), 8)
  const seed = yield* Config.withDefault(Config.integer("SEED"), (yield* Clock.currentTimeMillis) % 1_000_000)
  yield* Console.log(`${name}: ${nodes} servers, ${rounds} rounds, ${clients} clients, seed ${seed}`)
  yield* print(yield* mode({ nodes, rounds, clients }).pipe(Effect.withRandom(Random.make(seed))))
}).pipe(Effect.scoped)

main.pipe(Effect.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layer)), runUntilSignal({}))
