import { Command, type CommandExecutor, FileSystem } from "@effect/platform"
import { Chunk, Data, Deferred, Effect, Stream } from "effect"

/** A server's process that ended, or took too long, before it printed its port. Standard error has the reason. */
export class NotStarted extends Data.TaggedError("NotStarted")<{ readonly message: string }> {}

/** Makes the command that runs a script of `dist` as a process. */
export const node = (script: string, ...args: ReadonlyArray<string>) =>
  Command.make("node", `dist/${script}.js`, ...args)

/**
 * Makes the command of the product's built server: a free port, the defaults, an empty database in a folder, and the
 * given environment. Another program can take its place with the same settings.
 */
export const barista = (
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
  program = node("main")
) =>
  Command.env(program, {
    DATA_DIR: dataDir,
    PORT: "0",
    SAMPLE_DATA: "none",
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
    ...environment
  })

/** Returns the port in a line that states it: the first number, alone or after 127.0.0.1. */
const portIn = (line: string): number | undefined => {
  const found = /^(\d+)$|127\.0\.0\.1:(\d+)/.exec(line)
  return found === null ? undefined : Number(found[1] ?? found[2])
}

/**
 * Splits a server's output into lines until its port is known. Splitting costs the clients' time, so it goes on only
 * for a listener.
 */
const reader = (onPort: (port: number) => void, heed?: (line: string) => void) => {
  const decoder = new TextDecoder()
  let begun = ""
  let isKnown = false
  return (bytes: Uint8Array): void => {
    if (isKnown && heed === undefined) return
    const lines = `${begun}${decoder.decode(bytes, { stream: true })}`.split("\n")
    begun = lines.pop() ?? ""
    for (const line of lines) {
      heed?.(line)
      const port = isKnown ? undefined : portIn(line)
      if (port === undefined) continue
      isKnown = true
      onPort(port)
    }
  }
}

/**
 * Starts a server and waits for its port. The scope ends the server by its process id. The output is always read, as a
 * full pipe would stop the server, and passed to `heed` line by line.
 */
export const start = Effect.fnUntraced(function*(command: Command.Command, heed?: (line: string) => void) {
  const child = yield* Effect.acquireRelease(
    Command.start(Command.stderr(command, "inherit")),
    (running) => Effect.ignore(running.kill("SIGTERM"))
  )
  const port = yield* Deferred.make<number, NotStarted>()
  const read = reader((found) => Deferred.unsafeDone(port, Effect.succeed(found)), heed)
  yield* Stream.runForEachChunk(child.stdout, (chunk) => Effect.sync(() => Chunk.forEach(chunk, read))).pipe(
    Effect.ensuring(Deferred.fail(port, new NotStarted({ message: "the server ended before it printed its port" }))),
    Effect.forkDaemon
  )
  const timedOut = () => new NotStarted({ message: "the server did not print its port within 30 seconds" })
  return {
    pid: child.pid,
    /** Waits for the end of the process. */
    exitCode: child.exitCode,
    /** Sends a signal and waits for the end. */
    kill: (signal: CommandExecutor.Signal) => Effect.ignore(child.kill(signal)),
    port: yield* Effect.timeoutFail(Deferred.await(port), { duration: "30 seconds", onTimeout: timedOut })
  }
})

/** Returns the memory of a process in MiB, as Linux counts it: the present and the peak. */
export const memoryOf = Effect.fnUntraced(function*(pid: number) {
  const fs = yield* FileSystem.FileSystem
  const status = yield* fs.readFileString(`/proc/${pid}/status`)
  const mebibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024
  return { resident: mebibytes("VmRSS"), peak: mebibytes("VmHWM") }
})

/** The time for the garbage of a start to be freed. */
const rest = "1 second"

/** Returns the memory in MiB of a process after a second of rest, and resets its peak. */
export const idleMemoryOf = Effect.fnUntraced(function*(pid: number) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.sleep(rest)
  // proc_pid_clear_refs(5): the peak becomes the resident memory
  yield* fs.writeFileString(`/proc/${pid}/clear_refs`, "5")
  return (yield* memoryOf(pid)).resident
})
