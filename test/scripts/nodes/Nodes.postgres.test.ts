import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { bundle } from "../../../scripts/build.mjs"
import { describePostgres } from "../../support/postgres.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

/** The part of `GET /nodes` that the test reads. */
interface Nodes {
  readonly nodes: ReadonlyArray<{ readonly is_this: boolean; readonly pid: number }>
}

// @effect-diagnostics-next-line globalFetch:off: a request of any client, which needs no service
const open = (url: string): Promise<Response> => fetch(url)

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describePostgres("npm run nodes", () => {
  it.scopedLive("answers while a server is killed, and leaves nothing behind", () =>
    Effect.gen(function*() {
      yield* Effect.promise(() => bundle(["nodes"]))
      const command = yield* ServerProcess.start("node", ["dist/nodes.js", "2"], { env: { PORT: "0" } })
      const [, folder = ""] = yield* command.says(/runs in (\S+)\.\n/)
      const [, origin = ""] = yield* command.says(/Console: (http:\S+)\/#/)
      const pids: Array<number> = []
      for (const _ of [1, 2]) pids.push(Number((yield* command.says(/kill -9 (\d+)/))[1]))
      const ask = Effect.promise(async () => {
        const answer = await open(`${origin}/users/1/complete-profile`)
        return [answer.status, await answer.text()] as const
      })
      const nodes = Effect.promise(async (): Promise<Nodes> => {
        const answer = await open(`${origin}/nodes`)
        const found: Nodes = JSON.parse(await answer.text())
        return found
      })
      // both servers have come, and the balancer has found them ready
      yield* Effect.repeat(Effect.promise(() => open(`${origin}/nodes`)), { until: ({ ok }) => ok })
      const [, body] = yield* ask
      const seen = new Set<number>()
      yield* Effect.repeat(nodes, {
        until: (found) => {
          for (const { is_this, pid } of found.nodes) if (is_this) seen.add(pid)
          return seen.size === 2
        }
      })
      const [victim = 0] = pids
      process.kill(victim, "SIGKILL")
      // a request that the dying server had taken is not sent to another one
      const answers = yield* Effect.replicateEffect(ask, 20)
      expect(answers.filter(([status]) => status === 502).length).toBeLessThanOrEqual(2)
      expect(new Set(answers.map(([status]) => status))).not.toContain(503)
      yield* command.says(new RegExp(`pid ${victim} has ended`))
      for (let request = 0; request < 50; request++) expect(yield* ask).toEqual([200, body])
      command.signal("SIGINT")
      yield* command.ended
      expect(pids.map(isAlive)).toEqual([false, false])
      expect(existsSync(folder)).toBe(false)
    }))
})
