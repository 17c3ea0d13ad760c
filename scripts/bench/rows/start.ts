import type { Command } from "@effect/platform"
import { Duration, Effect } from "effect"
import { ask } from "../../harness/client.ts"
import { idleMemoryOf, start } from "../../harness/serverProcess.ts"
import type { Contender, Row } from "../suite/Row.ts"
import { fastify, product, type Server } from "../suite/servers.ts"
import { within } from "./http.ts"

/** Starts a server and waits for its first answer; the scope ends the server. */
const firstAnswer = Effect.fnUntraced(function*(command: Command.Command) {
  const { pid, port } = yield* start(command)
  const { status } = yield* ask(port, "GET", "/users/?limit=1")
  return { pid, status }
})

/** Starts the server anew in every round. */
const contender = ({ command, name }: Server): Contender => ({
  name,
  start: Effect.succeed(() =>
    Effect.scoped(Effect.gen(function*() {
      const prepared = yield* command
      // the copy was never served; this run creates the engine's tables and the folders, so later starts do not
      yield* Effect.scoped(firstAnswer(prepared))
      const [took, { pid, status }] = yield* Effect.timed(firstAnswer(prepared))
      return {
        values: { "first answer": Duration.toSeconds(took), memory: yield* idleMemoryOf(pid) },
        failed: status === 200 ? 0 : 1
      }
    }))
  )
})

/**
 * Measures the time from `node dist/main.js` on an existing database to the first answer from it, and the memory then.
 */
export const starting: Row = {
  name: "start",
  title: "from the process's start to the first answer out of an existing database; its memory a second later",
  figures: [
    { name: "first answer", unit: "s", better: "lower", targets: [within(0.6)] },
    { name: "memory", unit: "MiB", better: "lower", targets: [within(110)] }
  ],
  contenders: [fastify, product()].map(contender)
}
