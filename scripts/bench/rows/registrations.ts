import { Duration, Effect } from "effect"
import { allFinished, registerAll } from "../../harness/registrationLoad.ts"
import { start } from "../../harness/serverProcess.ts"
import type { Row } from "../suite/Row.ts"
import { product, watchCores } from "../suite/servers.ts"

/** Registrations of a round; five rounds make a thousand. */
const eachRound = 200
const connections = 64

/** The product with short tasks, so that the engine's cost is measured rather than the handbook's sleeps. */
const { command, name } = product({
  MAIL_DURATION: "0 seconds",
  PROFILE_DURATION: "0 seconds",
  MAILING_LIST_DURATION: "0 seconds"
})

/**
 * Measures durable jobs of three activities each. There is no peer, as the other contenders keep no jobs over a crash.
 */
export const registrations: Row = {
  name: "registrations",
  title: `POST /register-user/ ${eachRound} times a round, until the last durable job is done`,
  figures: [{ name: "jobs", unit: "jobs/s", better: "higher", targets: [] }],
  contenders: [{
    name,
    start: Effect.gen(function*() {
      const { pid, port } = yield* start(yield* command)
      return Effect.fnUntraced(function*(round: number) {
        const { taken } = yield* watchCores(pid)
        const load = { first: round * eachRound, count: eachRound, connections }
        const [took, { others }] = yield* Effect.timed(
          Effect.zipLeft(registerAll(port, load), allFinished(port))
        )
        return { values: { jobs: eachRound / Duration.toSeconds(took) }, failed: others.length, cores: yield* taken }
      })
    })
  }]
}
