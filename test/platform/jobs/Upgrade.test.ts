import { expect, it } from "@effect/vitest"
import Sqlite from "better-sqlite3"
import { type Context, DateTime, Duration, Effect, Ref } from "effect"
import * as Job from "../../../src/platform/jobs/Job.ts"
import type { Database } from "../../../src/platform/sql/Database.ts"
import { orDefect } from "../../../src/platform/sql/orDefect.ts"
import * as TestJobs from "../../support/Jobs.ts"
import { makeFile } from "./lives.ts"
import { Task } from "./tasks.ts"

type Sql = Context.Tag.Service<Database>["writer"]

const at = DateTime.toEpochMillis(TestJobs.began)

const succeeded = `{"_tag":"Success","value":{"_tag":"Complete","exit":{"_tag":"Success"}}}`
const suspended = `{"_tag":"Success","value":{"_tag":"Suspended"}}`
const failed = (activity: string) =>
  `{"_tag":"Success","value":{"_tag":"Complete","exit":{"_tag":"Failure","cause":{"_tag":"Fail","error":{"activity":"${activity}","reason":"permanent","cause":"550 no such user","_tag":"ActivityFailed"}}}}}`
const died =
  `{"_tag":"Success","value":{"_tag":"Complete","exit":{"_tag":"Failure","cause":{"_tag":"Die","defect":{"name":"SqlError","message":"database is locked"}}}}}`

/** Reverts a database to the version before, and fills it as that version did. */
const asBefore = (file: string) => {
  const db = new Sqlite(file)
  db.exec("DROP TABLE job_failures")
  db.exec("DROP TABLE job_takeovers")
  db.exec("ALTER TABLE job_attempts DROP COLUMN server")
  db.exec("DELETE FROM effect_sql_migrations WHERE migration_id >= 9")
  db.exec("CREATE TABLE effects (what TEXT NOT NULL, job_id INTEGER NOT NULL)")
  let snowflake = 0
  const message = (job: number, tag: string, payload: object, reply: string | undefined, deliverAt?: number) => {
    const id = ++snowflake
    // the digest of an execution's name
    const entity = `bdf655b43d426977ee7415533cf653d${job}`
    const type = deliverAt === undefined ? "Workflow/JobRun" : "Workflow/-/DurableClock"
    db.prepare(`
      INSERT INTO cluster_messages (
        id, message_id, shard_id, entity_type, entity_id, kind, tag, payload, headers, processed, request_id, last_read, deliver_at, last_reply_id
      ) VALUES (?, ?, ?, ?, ?, 0, ?, ?, '{}', ?, ?, ?, ?, ?)`).run(
      id,
      `${type}/${entity}/${tag}/${JSON.stringify(payload)}`,
      `default:${job}`,
      type,
      entity,
      tag,
      JSON.stringify(payload),
      reply === undefined ? 0 : 1,
      id,
      deliverAt === undefined ? "2026-01-01 00:00:00" : null,
      deliverAt ?? null,
      reply === undefined ? null : ++snowflake
    )
    if (reply === undefined) return
    db.prepare("INSERT INTO cluster_replies (id, kind, request_id, payload, acked) VALUES (?, 0, ?, ?, 0)").run(
      snowflake,
      id,
      reply
    )
  }
  const job = (state: string, due_at = at, cancel: number | null = null) =>
    Number(
      db.prepare(`
        INSERT INTO jobs (kind, payload, state, run, created_at, due_at, started_at, finished_at, cancel_requested_at)
        VALUES ('task', '{"n":1}', ?, 1, ?, ?, ?, ?, ?)`).run(
        state,
        at,
        due_at,
        state === "waiting" ? null : at,
        state === "succeeded" ? at : null,
        cancel
      ).lastInsertRowid
    )
  const run = (id: number, reply: string | undefined, due_at = at) => message(id, "run", { id, run: 1, due_at }, reply)
  const attempt = (id: number, activity: string, outcome: string | null, error: string | null = null) => {
    db.prepare(`
      INSERT INTO job_attempts (job_id, activity, attempt, run, started_at, ended_at, outcome, error)
      VALUES (?, ?, 1, 1, ?, ?, ?, ?)`).run(id, activity, at, outcome === null ? null : at, outcome, error)
    if (outcome === "succeeded") db.prepare("INSERT INTO effects (what, job_id) VALUES (?, ?)").run(activity, id)
  }
  const activity = (id: number, name: string, reply: string | undefined) =>
    message(id, "activity", { name, attempt: 1 }, reply)
  return { db, job, run, attempt, activity, message }
}

it.scoped("a database of the version before, with jobs in every state, is carried over", () =>
  Effect.gen(function*() {
    yield* TestJobs.begin
    const { file, live } = yield* makeFile
    const ran = yield* Ref.make<ReadonlyArray<string>>([])
    let sql: Sql | undefined
    const effect = (what: string) => (_: unknown, { id }: Job.JobContext) =>
      sql === undefined ? Effect.void : orDefect(sql`INSERT INTO effects (what, job_id) VALUES (${what}, ${id})`)
    const activity = (name: string) =>
      ({
        name,
        policy: "upstream",
        run: (_: unknown, { id }: Job.JobContext) => Ref.update(ran, (all) => [...all, `${id} ${name}`]),
        commit: effect(name)
      }) as const
    const kind = Job.kind(Task, [activity("mail"), { ...activity("profile"), undo: effect("undo profile") }])
    yield* live([[kind]], () => Effect.void)

    const before = asBefore(file)
    const { activity: message, attempt, job, run } = before
    const done = job("succeeded")
    run(done, succeeded)
    attempt(done, "mail", "succeeded")
    const accepted = job("waiting")
    run(accepted, undefined)
    const delayed = job("waiting", at + 5_000)
    run(delayed, suspended, at + 5_000)
    before.message(delayed, "run", { name: "due", workflowName: "JobRun", wakeUp: at + 5_000 }, undefined, at + 5_000)
    const half = job("running")
    run(half, undefined)
    attempt(half, "mail", "succeeded")
    message(half, "mail", succeeded)
    attempt(half, "profile", null)
    message(half, "profile", undefined)
    // its mail has failed for good, and its profile was in progress
    const failing = job("running")
    run(failing, undefined)
    attempt(failing, "mail", "failed", "550 no such user")
    message(failing, "mail", failed("mail"))
    attempt(failing, "profile", "succeeded")
    message(failing, "profile", undefined)
    const cancelled = job("running", at, at)
    run(cancelled, undefined)
    attempt(cancelled, "profile", "succeeded")
    message(cancelled, "profile", succeeded)
    // left behind by a lock of the database
    const stuck = job("running")
    run(stuck, died)
    before.db.close()

    yield* live([[kind]], (server) =>
      Effect.gen(function*() {
        sql = server.sql
        yield* TestJobs.pass("1 second")
        expect((yield* server.jobs.get(Job.JobId.make(delayed))).state).toBe("waiting")
        yield* TestJobs.pass(Duration.seconds(6))
        const jobs = yield* sql<{ readonly id: number; readonly state: string; readonly error: string | null }>`
          SELECT id, state, error FROM jobs ORDER BY id`
        expect(jobs).toEqual([
          { id: done, state: "succeeded", error: null },
          { id: accepted, state: "succeeded", error: null },
          { id: delayed, state: "succeeded", error: null },
          { id: half, state: "succeeded", error: null },
          { id: failing, state: "failed", error: "mail: 550 no such user" },
          { id: cancelled, state: "cancelled", error: null },
          { id: stuck, state: "succeeded", error: null }
        ])
        expect((yield* Ref.get(ran)).toSorted()).toEqual([
          `${accepted} mail`,
          `${accepted} profile`,
          `${delayed} mail`,
          `${delayed} profile`,
          `${half} profile`,
          `${stuck} mail`,
          `${stuck} profile`
        ])
        const effects = yield* sql`SELECT job_id, what, COUNT(*) AS times FROM effects GROUP BY job_id, what
          HAVING times > 1`
        expect(effects).toEqual([])
        const undone = yield* sql`SELECT job_id FROM effects WHERE what = 'undo profile' ORDER BY job_id`
        expect(undone).toEqual([{ job_id: failing }, { job_id: cancelled }])
        expect(yield* sql`SELECT id FROM cluster_messages WHERE processed = 0`).toEqual([])
      }).pipe(Effect.orDie))
  }))
