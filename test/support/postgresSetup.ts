import { Effect, Exit, Scope } from "effect"
import type { TestProject } from "vitest/node"
import { ask, template } from "../../scripts/harness/postgresClient.ts"
import { postgresServer } from "../../scripts/harness/postgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a PostgreSQL server's database `postgres`; empty where there is no server. */
    readonly postgres: string
  }
}

/** Several projects share the server of a run. */
let server: Promise<{ readonly url: string; readonly stop: () => Promise<void> }> | undefined
let users = 0

const started = async () => {
  // @effect-diagnostics-next-line processEnv:off: tests are no server, whose settings have a list
  const given = process.env["TEST_DATABASE_URL"]
  if (given !== undefined) {
    await Effect.runPromise(ask(given, `DROP DATABASE IF EXISTS ${template}`))
    return { url: given, stop: async () => undefined }
  }
  const scope = Effect.runSync(Scope.make())
  const exit = await Effect.runPromiseExit(Scope.extend(postgresServer, scope))
  const stop = () => Effect.runPromise(Scope.close(scope, Exit.void))
  if (Exit.isSuccess(exit)) return { url: exit.value.url("postgres"), stop }
  await stop()
  process.stderr.write(`\n*** The tests on PostgreSQL do not run: ${String(exit.cause)}\n`)
  process.stderr.write("*** Install it, or name a server's database by TEST_DATABASE_URL.\n\n")
  return { url: "", stop: async () => undefined }
}

/** Starts a PostgreSQL server for the whole run, or says loudly that there is none. */
export default async ({ provide }: TestProject) => {
  users++
  server ??= started()
  const { stop, url } = await server
  provide("postgres", url)
  return async () => {
    users--
    if (users === 0) await stop()
  }
}
