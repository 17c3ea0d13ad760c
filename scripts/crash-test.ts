// `npm run crash-test` kills the server repeatedly and checks the outcome of everything it accepted. The environment
// sets SEED and ROUNDS.
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { Clock, Config, Console, Data, Duration, Effect, Layer, Random } from "effect"
import { runUntilSignal } from "../src/platform/process/runUntilSignal.ts"
import { print } from "./harness/checks.ts"
import * as CrashTest from "./soak/crash/CrashTest.ts"

class Wrong extends Data.TaggedError("Wrong")<{ readonly message: string }> {}

const main = Effect.gen(function*() {
  const seed = yield* Config.withDefault(Config.integer("SEED"), (yield* Clock.currentTimeMillis) % 1_000_000)
  const rounds = yield* Config.withDefault(Config.integer("ROUNDS"), 20)
  yield* Console.log(`seed ${seed}, ${rounds} rounds`)
  const options = { rounds, clients: 8, longestRound: Duration.seconds(3), patience: Duration.minutes(1) }
  const report = yield* CrashTest.run(options, Console.log).pipe(Effect.withRandom(Random.make(seed)))
  const { mails, mailsDeferred, mailsTwice, repeated, replayed, requests } = report
  yield* Console.log(`${requests} requests answered; ${repeated} sent again, ${replayed} answered from memory`)
  yield* Console.log(`${mails} mails; ${mailsTwice} of them more than once, ${mailsDeferred} first answered 451`)
  yield* print(report.checks)
  const wrong = CrashTest.failed(report)
  if (wrong.length > 0) {
    return yield* new Wrong({ message: `${wrong.length} checks are not met; SEED=${seed} repeats the run` })
  }
  yield* Console.log("everything that was accepted has happened, once")
}).pipe(Effect.scoped)

main.pipe(Effect.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layer)), runUntilSignal({}))
