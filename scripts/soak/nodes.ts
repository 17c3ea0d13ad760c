// `npm run soak:nodes -- kill|freeze|cut` hurts one of several servers on one PostgreSQL database again and again, and
// checks the outcome of everything they accepted; `slow` delays the database instead. The environment sets NODES,
// ROUNDS, CLIENTS and SEED.
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Clock, Config, Console, Effect, Layer, Random } from "effect"
import { runUntilSignal } from "../../src/platform/process/runUntilSignal.ts"
import { print } from "../harness/checks.ts"
import { drill, type Harm } from "./nodes/drill.ts"

const harms: ReadonlyArray<Harm> = ["kill", "freeze", "cut", "slow"]

const main = Effect.gen(function*() {
  const harm = harms.find((name) => name === process.argv[2]) ?? "kill"
  const nodes = yield* Config.withDefault(Config.integer("NODES"), 3)
  const rounds = yield* Config.withDefault(Config.integer("ROUNDS"), 5)
  const clients = yield* Config.withDefault(Config.integer("CLIENTS"), 8)
  const seed = yield* Config.withDefault(Config.integer("SEED"), (yield* Clock.currentTimeMillis) % 1_000_000)
  yield* Console.log(`${harm}: ${nodes} servers, ${rounds} rounds, ${clients} clients, seed ${seed}`)
  const report = yield* drill({ harm, nodes, rounds, clients }).pipe(Effect.withRandom(Random.make(seed)))
  const { mailsTwice, repeated, replayed, requests } = report
  yield* Console.log(`${requests} requests answered; ${repeated} sent again, ${replayed} answered from memory`)
  yield* Console.log(`${mailsTwice} mails sent more than once, each with its own Message-Id`)
  yield* print(report.checks)
}).pipe(Effect.scoped)

main.pipe(Effect.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layer)), runUntilSignal({}))
