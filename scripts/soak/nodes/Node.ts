import { FileSystem } from "@effect/platform"
import { Effect, ExecutionStrategy, Scope } from "effect"
import { faultyNetwork } from "../../harness/faultyNetwork.ts"
import { barista, start as startProcess } from "../../harness/serverProcess.ts"
import { environment } from "./environment.ts"

/**
 * Starts a server behind a network of its own, on a database that others share. It ends with its own scope, and with
 * the caller's, also if its start fails.
 */
export const start = Effect.fnUntraced(function*(database: string, folder: string, mailPort: number) {
  const fs = yield* FileSystem.FileSystem
  const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
  const network = yield* Scope.extend(faultyNetwork(database), scope)
  const dataDir = yield* fs.makeTempDirectory({ directory: folder })
  const server = yield* Scope.extend(
    startProcess(barista(dataDir, environment(network.url, mailPort))),
    scope
  )
  return {
    ...server,
    network,
    scope,
    origin: `http://127.0.0.1:${server.port}`,
    signal: (name: NodeJS.Signals) => Effect.sync(() => void process.kill(server.pid, name))
  }
})

export type Node = Effect.Effect.Success<ReturnType<typeof start>>
