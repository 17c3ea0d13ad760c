// `npm run nodes -- 3` runs servers on one PostgreSQL database behind a balancer, to try what happens if one is killed.
// The environment sets PORT of the balancer, DATABASE_URL of a database of one's own, and settings of the servers.
import { NodeContext } from "@effect/platform-node"
import { Data, Effect } from "effect"
import { commandLine } from "./command/commandLine.ts"
import { most, runNodes } from "./nodes/runNodes.ts"

class WrongCount extends Data.TaggedError("WrongCount")<{ readonly message: string }> {}

const main = Effect.suspend(() => {
  const count = Number(process.argv[2] ?? "3")
  return Number.isInteger(count) && count >= 1 && count <= most
    ? runNodes(count)
    : new WrongCount({ message: `npm run nodes -- COUNT: a whole number of servers, 1 to ${most}` })
})

commandLine(main.pipe(Effect.scoped, Effect.provide(NodeContext.layer)))
