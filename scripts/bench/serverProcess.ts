import { Command, type CommandExecutor, FileSystem } from "@effect/platform"
import { Data, Deferred, Effect, Stream } from "effect"

/** A server's process ended, or let too much time pass, before it printed its port; why stands on standard error. */
export class NotStarted extends Data.TaggedError("NotStarted")<{ readonly message: string }> {}

/** A script of `dist` as a process of its own. */
export const node = (script: string, ...args: ReadonlyArray<string>) =>
  Command.make("node", `dist/${script}.js`, ...args)

/** The product's built server on a free port, with its defaults but for an empty database in a folder, and what the environment adds. */
export const barista = (dataDir: string, environment: Readonly<Record<string, string>> = {}) =>
  Command.env(node("main"), {
    DATA_DIR: dataDir,
    PORT: "0",
    SAMPLE_DATA: "none",
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
    ...environment
  })

/**
 * Starts a server and waits for its port: the first number it prints alone on a line or after 127.0.0.1. It ends with the scope, by its own
 * process id. What it prints is read all along, as a full pipe would stop it, and handed to `heed` line by line.
 */
export const start = Effect.fnUntraced(function*(
  command: Command.Command,
  heed: (line: string) => void = () => undefined
) {
  const child = yield* Effect.acquireRelease(
    Command.start(Command.stderr(command, "inherit")),
    (running) => Effect.ignore(running.kill("SIGTERM"))
  )
  const port = yield* Deferred.make<number, NotStarted>()
  yield* Stream.decodeText(child.stdout).pipe(
    Stream.splitLines,
    Stream.runForEach((line) => {
      heed(line)
      const found = /^(\d+)$|127\.0\.0\.1:(\d+)/.exec(line)
      return found === null ? Effect.void : Deferred.succeed(port, Number(found[1] ?? found[2]))
    }),
    Effect.ensuring(Deferred.fail(port, new NotStarted({ message: "the server ended before it printed its port" }))),
    Effect.forkDaemon
  )
  const timedOut = () => new NotStarted({ message: "the server did not print its port within 30 seconds" })
  return {
    pid: child.pid,
    /** Waits for the end. */
    exitCode: child.exitCode,
    /** Sends a signal and waits for the end. */
    kill: (signal: CommandExecutor.Signal) => Effect.ignore(child.kill(signal)),
    port: yield* Effect.timeoutFail(Deferred.await(port), { duration: "30 seconds", onTimeout: timedOut })
  }
})

/** Memory of a process in MiB, as Linux counts it: what it has now, and the most it ever had. */
export const memoryOf = Effect.fnUntraced(function*(pid: number) {
  const fs = yield* FileSystem.FileSystem
  const status = yield* fs.readFileString(`/proc/${pid}/status`)
  const mebibytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024
  return { resident: mebibytes("VmRSS"), peak: mebibytes("VmHWM") }
})
