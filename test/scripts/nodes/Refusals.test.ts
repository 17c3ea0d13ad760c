import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { bundle } from "../../../scripts/build.mjs"
import * as ServerProcess from "../../support/ServerProcess.ts"

it.scopedLive("npm run nodes refuses what it cannot run, and says what would be right", () =>
  Effect.gen(function*() {
    yield* Effect.promise(() => bundle(["nodes"]))
    const refusals: ReadonlyArray<readonly [argument: string, env: Readonly<Record<string, string>>, says: RegExp]> = [
      ["0", {}, /COUNT: a whole number of servers, 1 to 9/],
      ["2", { PORT: "70000" }, /PORT.*a port from 0 to 65535/],
      ["2", { DATABASE_URL: "sqlite:/tmp/barista.sqlite" }, /DATABASE_URL: several servers need postgres:/]
    ]
    for (const [argument, env, says] of refusals) {
      const command = yield* ServerProcess.start("node", ["dist/nodes.js", argument], { env })
      yield* command.says(says)
      expect(yield* command.ended).toMatchObject({ code: 1 })
    }
  }))
