import { FileSystem } from "@effect/platform"
import { Data, Deferred, Effect, Queue, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { dirname } from "node:path"

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that printed another text, or ended, before the awaited one. */
export class NotSaid extends Data.TaggedError("NotSaid")<{ readonly message: string }> {}

export interface Process {
  readonly pid: number
  readonly signal: (signal: NodeJS.Signals) => void
  /** Waits until the output since the last call, standard or error, matches; returns the match. */
  readonly says: (pattern: RegExp) => Effect.Effect<RegExpExecArray, NotSaid>
  /** Returns all output. */
  readonly said: () => string
  readonly ended: Effect.Effect<Ended>
}

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Runs in its own process group, so that a signal to the group reaches the process's children as well. */
  readonly detached?: boolean
}

const kill = (child: ChildProcess, detached: boolean) => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(detached ? -child.pid : child.pid, "SIGKILL")
}

/** The minimal environment of our programs. */
const environment = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` }

/**
 * Starts a process, which the scope kills unless it has ended. Its environment is the given one and a PATH with node.
 */
export const start = (
  command: string,
  args: ReadonlyArray<string>,
  { cwd, detached = false, env = {} }: Options = {}
): Effect.Effect<Process, never, Scope.Scope> =>
  Effect.gen(function*() {
    const chunks = yield* Queue.unbounded<string | undefined>()
    const ended = yield* Deferred.make<Ended>()
    let said = ""
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(command, args, {
          stdio: ["ignore", "pipe", "pipe"],
          env: { ...environment, ...env },
          detached,
          ...(cwd === undefined ? {} : { cwd })
        })
      ),
      (child) => Effect.sync(() => kill(child, detached))
    )
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text
        chunks.unsafeOffer(text)
      })
    }
    child.on("close", (code, signal) => {
      chunks.unsafeOffer(undefined)
      Deferred.unsafeDone(ended, Effect.succeed({ code, signal }))
    })
    let seen = ""
    const says = (pattern: RegExp): Effect.Effect<RegExpExecArray, NotSaid> =>
      Effect.suspend(() => {
        const found = pattern.exec(seen)
        if (found !== null) {
          seen = seen.slice(found.index + found[0].length)
          return Effect.succeed(found)
        }
        return Effect.flatMap(Queue.take(chunks), (text) => {
          if (text === undefined) return new NotSaid({ message: `ended without ${pattern}: ${seen}` })
          seen += text
          return says(pattern)
        })
      })
    return {
      pid: child.pid ?? 0,
      signal: (signal) => void child.kill(signal),
      says,
      said: () => said,
      ended: Deferred.await(ended)
    }
  })

export interface Server extends Process {
  readonly dataDir: string
}

/**
 * Starts the built server as a process, on a free port with its files in a temporary folder. A shell command may wrap
 * the process.
 */
export const server = (
  env: Readonly<Record<string, string>> = {},
  shell?: string
): Effect.Effect<Server, never, FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "barista-" }))
    const [command, ...args] = shell === undefined ? ["node", "dist/main.js"] as const : ["sh", "-c", shell] as const
    const process = yield* start(command, args, {
      env: { DATA_DIR: dataDir, PORT: "0", ...env },
      detached: shell !== undefined
    })
    return { ...process, dataDir }
  })

/** Returns the port in the line with which a server announces that it listens. */
export const port = (process: Process): Effect.Effect<number, NotSaid> =>
  Effect.map(process.says(/listening on http:\/\/127\.0\.0\.1:(\d+)/), ([, digits]) => Number(digits))
