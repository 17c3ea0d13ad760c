import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Duration, Effect, Layer, Random } from "effect"
import * as CrashTest from "../../scripts/soak/crash/CrashTest.ts"

const options = {
  rounds: 2,
  clients: 3,
  longestRound: Duration.millis(800),
  patience: Duration.seconds(10)
}

it.scopedLive("what a server accepted has happened, once, though it was killed twice", () =>
  Effect.gen(function*() {
    const told: Array<string> = []
    const report = yield* CrashTest.run(options, (line) => Effect.sync(() => void told.push(line))).pipe(
      Effect.withRandom(Random.make(20))
    )
    expect(told).toEqual([1, 2].map((round) => expect.stringMatching(`^round ${round} of 2: killed after \\d+ ms$`)))
    expect(CrashTest.failed(report)).toEqual([])
    const found = new Map(report.checks.map((check) => [check.name, check.found]))
    for (const name of ["registrations succeeded", "transfers in the ledger", "users made"]) {
      expect([name, found.get(name)]).not.toEqual([name, 0])
    }
    // the clients noticed the kills
    expect(report.repeated).toBeGreaterThan(0)
  }).pipe(Effect.provide(Layer.merge(NodeContext.layer, NodeHttpClient.layer))))
