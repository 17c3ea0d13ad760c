import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { AppConfig } from "../../../src/AppConfig.ts"
import { backup } from "../../../src/platform/backup/Backup.ts"
import * as DatabaseFile from "../../../src/platform/backup/DatabaseFile.ts"
import { restore } from "../../../src/platform/backup/Restore.ts"
import { json, send } from "../../support/send.ts"
import * as ServerProcess from "../../support/ServerProcess.ts"

const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-backup-" }))

/** Runs a command with settings whose data are in the given folder. */
const within = (dataDir: string) => AppConfig.layerWith({ dataDir, databaseUrl: Option.none() })

const form = (text: string) => ({
  headers: { "content-type": "multipart/form-data; boundary=b" },
  body: `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${text}\r\n--b--\r\n`
})

const failure = <A, R>(effect: Effect.Effect<A, { readonly message: string }, R>) =>
  Effect.map(Effect.flip(effect), ({ message }) => message)

/** Writers that run until interrupted: transfers, uploads, and the deletion of every second upload. */
const write = (port: number) => {
  const ask = send(port)
  const transfer = ask("POST", "/transfer-money?from_user=1&to_user=2&amount=0.01")
  const upload = Effect.flatMap(
    ask("POST", "/upload-async/", form("x".repeat(20_000))),
    (answer) => {
      const { id } = json(answer)
      return typeof id === "number" && id % 2 === 0 ? ask("DELETE", `/uploads/${id}`) : Effect.void
    }
  )
  return Effect.all([transfer, transfer, upload, upload].map(Effect.forever), {
    concurrency: "unbounded",
    discard: true
  })
}

/** Asserts that each row's file exists with the uploaded content. */
const expectFiles = Effect.fnUntraced(function*(dataDir: string) {
  const rows = yield* DatabaseFile.uploadsOf(join(dataDir, "barista.sqlite"))
  for (const { sha256, stored_as } of rows) {
    const bytes = readFileSync(join(dataDir, "uploads", stored_as))
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256)
  }
  return rows.length
})

describe("a backup", () => {
  it.scopedLive("taken while others write restores to a ledger that adds up and to the file of each upload", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server()
      const port = yield* ServerProcess.port(server)
      const file = join(yield* folder, "backup.tar")
      const writers = yield* Effect.fork(write(port))
      // data of each kind exist, and more are being written
      yield* Effect.repeat(send(port)("GET", "/uploads"), { until: ({ text }) => text.split("\"id\"").length > 5 })
      const manifest = yield* Effect.provide(backup(file), within(server.dataDir))
      yield* Effect.repeatN(send(port)("GET", "/uploads"), 5)
      expect(yield* failure(Effect.provide(backup(file), within(server.dataDir)))).toMatch(/exists already/)
      expect(yield* failure(Effect.provide(restore(file, { replace: true }), within(server.dataDir)))).toMatch(
        /a server is running/
      )
      yield* Fiber.interrupt(writers)
      expect(manifest.counts.uploads).toBeGreaterThan(3)
      expect(manifest.counts.ledger_entries).toBeGreaterThan(4)
      expect(manifest.missing).toEqual([])
      // the system's own tool reads the archive
      expect(execFileSync("tar", ["-tf", file], { encoding: "utf8" }).split("\n")).toContain("manifest.json")

      const elsewhere = yield* folder
      yield* Effect.provide(restore(file, { replace: false }), within(elsewhere))
      expect(yield* DatabaseFile.check(join(elsewhere, "barista.sqlite"))).toEqual(manifest.counts)
      expect(yield* expectFiles(elsewhere)).toBe(manifest.counts.uploads)

      // existing data make the command fail, or are moved aside
      expect(yield* failure(Effect.provide(restore(file, { replace: false }), within(elsewhere)))).toMatch(/--replace/)
      const { aside } = yield* Effect.provide(restore(file, { replace: true }), within(elsewhere))
      expect(existsSync(join(aside ?? "", "database"))).toBe(true)
      expect(yield* expectFiles(elsewhere)).toBe(manifest.counts.uploads)

      const restored = yield* ServerProcess.server({ DATA_DIR: elsewhere })
      expect((yield* send(yield* ServerProcess.port(restored))("GET", "/accounts/2")).status).toBe(200)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("that is damaged anywhere is refused, and existing data stay", () =>
    Effect.gen(function*() {
      const server = yield* ServerProcess.server()
      const port = yield* ServerProcess.port(server)
      yield* send(port)("POST", "/upload-async/", form("bytes of a file"))
      const file = join(yield* folder, "backup.tar")
      yield* Effect.provide(backup(file), within(server.dataDir))
      const whole = readFileSync(file)
      const elsewhere = yield* folder
      const refused = (bytes: Buffer) => {
        writeFileSync(file, bytes)
        return failure(Effect.provide(restore(file, { replace: false }), within(elsewhere)))
      }
      const flipped = (at: number) => Buffer.concat([whole.subarray(0, at), Buffer.from([65]), whole.subarray(at + 1)])
      expect(yield* refused(flipped(whole.indexOf("bytes of")))).toMatch(/not what its manifest says/)
      expect(yield* refused(flipped(3))).toMatch(/damaged/)
      expect(yield* refused(whole.subarray(0, 5000))).toMatch(/too early|no end/)
      expect(yield* refused(Buffer.from("no archive"))).toMatch(/no end/)
      expect(existsSync(join(elsewhere, "barista.sqlite"))).toBe(false)
    }).pipe(Effect.provide(NodeContext.layer)))
})
