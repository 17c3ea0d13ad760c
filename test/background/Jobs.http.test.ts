import { expect, layer } from "@effect/vitest"
import { Array, Duration, Effect, Layer, Option } from "effect"
import { Email } from "../../src/domain/Email.ts"
import { alice, idOf, mailedBy } from "../support/Background.ts"
import { connect } from "../support/connect.ts"
import { json } from "../support/send.ts"
import * as Smtp from "../support/SmtpServer.ts"
import { TestServer } from "../support/TestServer.ts"
import { client, ended, ids, inAWeek, live, operations, pages, quick, send } from "./asking.ts"

/** Sends mails to a server that refuses the first one. */
const mailed = Layer.unwrapScoped(Effect.map(
  Smtp.make([{ at: "rcpt", does: { reply: [550, "no such user"] } }]),
  (mail) => TestServer.layer({ ...quick, ...mailedBy(mail) })
))

layer(TestServer.layer(quick), live)("lists", (it) => {
  it.effect("of jobs are newest first, by kind and state, a page at a time, with Links that keep the filters", () =>
    Effect.gen(function*() {
      for (const n of Array.range(1, 12)) {
        const [path] = operations[n % 3] ?? operations[0]
        yield* send("POST", `${path}?email=user${n}@example.com&delay=${inAWeek}`)
      }
      const all = ids(yield* send("GET", "/jobs"))
      expect(all).toEqual(all.toSorted((a, b) => b - a))
      expect((yield* pages("/jobs?limit=5")).seen.flat()).toEqual(all)

      const { links, seen } = yield* pages("/jobs?limit=3&state=waiting&kind=registration")
      expect(seen.map(({ length }) => length)).toEqual([3, 1])
      expect(links).toEqual([`/jobs?state=waiting&kind=registration&limit=3&after=${seen[0]?.at(-1)}`])
      yield* send("DELETE", `/jobs/${seen[0]?.[0]}`)
      expect(ids(yield* send("GET", "/jobs?state=cancelled"))).toEqual([seen[0]?.[0]])
      expect(ids(yield* send("GET", "/jobs?state=waiting&kind=registration"))).toEqual(seen.flat().slice(1))

      const { list } = yield* client
      const typed = yield* list({ urlParams: { limit: 10, kind: "registration", state: "cancelled" } })
      expect(typed.map(({ id, state }) => [id, state])).toEqual([[seen[0]?.[0], "cancelled"]])
      for (const query of ["state=done", "kind=none", "limit=0", "limit=1001", "after=0", "after=x"]) {
        expect([query, (yield* send("GET", `/jobs?${query}`)).status]).toEqual([query, 422])
      }
    }))

  it.effect("of jobs are sent again as events after changes, by the filters, and from the state last seen", () =>
    Effect.gen(function*() {
      const { port } = yield* TestServer
      const listen = (path: string, seen: string) =>
        Effect.tap(connect(port), ({ write }) =>
          Effect.sync(() =>
            write(
              `GET ${path} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\nLast-Event-ID: ${seen}\r\n\r\n`
            )
          ))
      const cancelled = yield* listen("/jobs?state=cancelled&limit=1", "")
      const [, seen = ""] = /id: (.+)\nevent: jobs\ndata: \[/.exec(yield* cancelled.until("]\n\n")) ?? []
      const again = yield* listen("/jobs?state=cancelled&limit=1", seen)
      yield* again.until("retry: ")
      const { job } = json(yield* send("POST", `/register-user?email=alice@example.com&delay=${inAWeek}`))
      yield* send("DELETE", String(job))
      for (const client of [cancelled, again]) {
        expect(yield* client.until(`"url":"${String(job)}"`)).toContain("\"state\":\"cancelled\"")
      }
    }).pipe(Effect.scoped))

  it.effect("of profiles and of the mailing list have each address once, ascending, a page at a time", () =>
    Effect.gen(function*() {
      const { mailingList, profiles, registerUser } = yield* client
      for (const name of ["ann", "bob", "Ann", "cid", "bob", "dan", "eve"]) {
        yield* ended((yield* registerUser({ payload: { email: Email.make(`${name}@example.com`) } })).job)
      }
      for (const [path, typed] of [["/profiles", profiles], ["/mailing-list", mailingList]] as const) {
        const { links, seen } = yield* pages(`${path}/?limit=2`)
        expect(seen).toEqual([[1, 2], [4, 6], [7]])
        expect(links).toEqual([`${path}?limit=2&after=2`, `${path}?limit=2&after=6`])
        expect((yield* typed({ urlParams: { limit: 100 } })).map((row) => row.email)).toEqual(
          ["ann", "bob", "cid", "dan", "eve"].map((name) => `${name}@example.com`)
        )
        for (const query of ["limit=0", "limit=1001", "after=0"]) {
          expect([query, (yield* send("GET", `${path}?${query}`)).status]).toEqual([query, 422])
        }
      }
    }))
})

layer(mailed, live)("a dead letter", (it) => {
  it.effect("is listed with its cause, and succeeds when it is tried again", () =>
    Effect.gen(function*() {
      const { job } = yield* (yield* client).registerUser({ payload: { email: alice } })
      const dead = yield* ended(job)
      expect(dead).toMatchObject({ state: "failed", error: expect.stringContaining("550 no such user") })
      const listed = yield* send("GET", "/jobs?state=failed")
      expect(JSON.parse(listed.text)).toMatchObject([{ url: job, kind: "registration", error: dead.error }])
      expect(JSON.parse((yield* send("GET", "/profiles")).text)).toEqual([])
      expect((yield* send("POST", `${job}/retry`)).status).toBe(202)
      expect(yield* ended(job)).toMatchObject({ state: "succeeded", error: null, run: 2 })
      expect(ids(yield* send("GET", "/jobs?state=failed"))).toEqual([])
      expect(JSON.parse((yield* send("GET", "/profiles")).text)).toMatchObject([{ email: alice }])
    }))
})

const slow = { ...quick, mailDuration: Duration.hours(1) }

layer(TestServer.layer(slow), live)("work that takes its time", (it) => {
  it.effect("is cancelled by DELETE while it runs, and undone", () =>
    Effect.gen(function*() {
      const { job } = yield* (yield* client).registerUser({ payload: { email: alice } })
      const { get, mailingList, profiles } = yield* client
      const window = { urlParams: { limit: 10 } }
      const both = Effect.zipWith(profiles(window), mailingList(window), (some, others) => [some.length, others.length])
      yield* Effect.repeat(both, { until: (lengths) => lengths.every((length) => length === 1) })
      const running = yield* send("POST", `${job}/retry`)
      expect([running.status, json(running)]).toMatchObject([409, { _tag: "JobStateConflict", state: "running" }])
      const asked = yield* send("DELETE", job)
      expect([asked.status, json(asked)]).toMatchObject([202, { cancel_requested: true }])
      expect(yield* ended(job)).toMatchObject({ state: "cancelled", error: null })
      expect(yield* both).toEqual([0, 0])
      expect((yield* get({ path: { id: idOf({ job }) } })).activities[0]).toMatchObject({
        name: "e-mail",
        attempts: [{ outcome: "interrupted" }]
      })
    }))

  it.effect("delays no answer, even sixty at once while the first blocks the loop", () =>
    Effect.gen(function*() {
      const { list, sendNotification } = yield* client
      const answers = yield* Effect.forEach(
        Array.range(1, 60),
        (n) => sendNotification({ payload: { email: Email.make(`user${n}@example.com`) } }),
        { concurrency: 60 }
      )
      expect(new Set(answers.map(({ job }) => job)).size).toBe(60)
      const succeeded = yield* list({ urlParams: { limit: 10, kind: "notification", state: "succeeded" } })
      expect(succeeded).toEqual([])
    }))
})

const full = { jobsMaxUnfinished: 3, jobsMaxDelayed: Option.some(3) }

layer(TestServer.layer({ ...quick, ...full }), live)("a server with as many jobs as it may have", (it) => {
  it.effect("answers 503 with Retry-After and keeps nothing, not even a key, until there is room", () =>
    Effect.gen(function*() {
      const later = `/register-user?email=alice@example.com&delay=${inAWeek}`
      const jobs = [yield* send("POST", later), yield* send("POST", later), yield* send("POST", later)]
      expect(jobs.map(({ status }) => status)).toEqual([202, 202, 202])
      const headers = { "idempotency-key": "full" }
      for (const [path] of operations) {
        const answer = yield* send("POST", `${path}?email=bob@example.com`, { headers })
        expect([answer.status, answer.headers["retry-after"], answer.headers.location]).toEqual([503, "5", undefined])
        expect(json(answer)).toMatchObject({ _tag: "Overloaded", what: "jobs" })
      }
      expect(ids(yield* send("GET", "/jobs?kind=registration"))).toHaveLength(3)
      expect(ids(yield* send("GET", "/jobs?kind=notification"))).toEqual([])

      expect((yield* send("DELETE", String(jobs[0]?.headers.location))).status).toBe(202)
      const retried = yield* send("POST", "/register-user?email=bob@example.com", { headers })
      expect([retried.status, retried.headers["idempotency-replayed"]]).toEqual([202, undefined])
    }))
})
