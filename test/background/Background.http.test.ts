import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, it, layer } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { barista, start } from "../../scripts/harness/serverProcess.ts"
import { JobId } from "../../src/platform/jobs/Job.ts"
import { alice } from "../support/Background.ts"
import { connect } from "../support/connect.ts"
import { json, send as sendTo, type Sent } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"
import { accept, asJson, client, ended, events, ids, inAWeek, live, operations, quick, send } from "./asking.ts"

layer(TestServer.layer(quick), live)("background work over HTTP", (it) => {
  it.effect.each(operations)(
    "POST %s is accepted with its message and the URL of its job",
    ([path, message, english, kind]) =>
      Effect.gen(function*() {
        const answer = yield* send("POST", `${path}/?email=alice@example.com`)
        expect(answer.status).toBe(202)
        const { job } = JSON.parse(answer.text)
        expect(json(answer)).toEqual({ message, job })
        expect(job).toMatch(/^\/jobs\/\d+$/)
        expect(answer.headers.location).toBe(job)
        expect(json(yield* send("GET", `${job}/`))).toMatchObject({ kind, payload: { email: alice }, url: job })
        const inEnglish = yield* send("POST", path, asJson({ email: alice }, { "accept-language": "en" }))
        expect(json(inEnglish)).toMatchObject({ message: english })
        expect(inEnglish.headers["content-language"]).toBe("en")
        expect((yield* ended(job)).state).toBe("succeeded")
      })
  )

  it.effect("takes its parameters from the query and from JSON, and the delay from either", () =>
    Effect.gen(function*() {
      for (
        const asked of [
          send("POST", `/register-user?email=alice@example.com&delay=${inAWeek}`),
          send("POST", "/register-user", asJson({ email: alice, delay: inAWeek })),
          send("POST", `/register-user?delay=${inAWeek}`, asJson({ email: alice })),
          Effect.map((yield* client).registerUser({ payload: { email: alice, delay: inAWeek } }), ({ job }) => ({
            text: JSON.stringify({ job })
          }))
        ]
      ) {
        const job = json(yield* send("GET", JSON.parse((yield* asked).text).job))
        expect(job).toMatchObject({ state: "waiting", payload: { email: alice } })
        expect(Date.parse(String(job["due_at"])) - Date.parse(String(job["created_at"]))).toBe(inAWeek * 1000)
      }
    }))

  const email = ["query", "email"]
  const refused: ReadonlyArray<readonly [string, Sent | undefined, ReadonlyArray<ReadonlyArray<string>>]> = [
    ["", undefined, [email]],
    ["?email=", undefined, [email]],
    ["?email=alice", undefined, [email]],
    ["?email=a%00@example.com", undefined, [email]],
    ["?email=alice@example.com&delay=-1", undefined, [["query", "delay"]]],
    ["?email=alice@example.com&delay=604801", undefined, [["query", "delay"]]],
    ["?email=alice@example.com&delay=1.5", undefined, [["query", "delay"]]],
    ["?email=alice&delay=soon", undefined, [email, ["query", "delay"]]],
    ["", asJson({ email: "alice" }), [["body", "email"]]],
    ["", asJson({ email: alice, delay: "1" }), [["body", "delay"]]],
    ["", asJson([alice]), [["body"]]]
  ]
  it.effect("refuses an invalid address or delay, and names its place", () =>
    Effect.gen(function*() {
      const before = ids(yield* send("GET", "/jobs?limit=1000")).length
      for (const [path] of operations) {
        for (const [query, body, locs] of refused) {
          const answer = yield* send("POST", `${path}/${query}`, body)
          expect([query, body?.body, answer.status]).toEqual([query, body?.body, 422])
          expect(answer.headers["content-type"]).toBe("application/problem+json")
          const problem: { readonly errors: ReadonlyArray<{ readonly loc: unknown }> } = JSON.parse(answer.text)
          expect([query, body?.body, problem.errors.map(({ loc }) => loc)]).toEqual([query, body?.body, locs])
        }
      }
      expect(ids(yield* send("GET", "/jobs?limit=1000"))).toHaveLength(before)
    }))

  it.effect("the events of a job last to its end, and an ended job sends one event", () =>
    Effect.gen(function*() {
      const { job } = yield* (yield* client).registerUser({ payload: { email: alice } })
      const { answer, jobs } = yield* events(job)
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/event-stream"])
      expect(jobs.at(-1)).toMatchObject({ url: job, state: "succeeded" })
      expect(jobs.at(-1).activities.map(({ name }: { readonly name: string }) => name)).toEqual([
        "e-mail",
        "profile",
        "mailing list"
      ])
      expect((yield* events(job)).jobs).toEqual([json(yield* send("GET", job))])
    }))

  it.effect("the stream names the pause before a reconnection, and speaks the language of the JSON answer", () =>
    Effect.gen(function*() {
      const { job } = JSON.parse((yield* send("POST", "/register-user?email=alice@example.com")).text)
      yield* ended(job)
      const chosen = { "content-language": "en", vary: "accept, accept-language" }
      const watch = (headers: Readonly<Record<string, string>>) =>
        send("GET", job, { headers: { accept: "text/event-stream", "accept-language": "en", ...headers } })
      const first = yield* watch({})
      expect(first.headers).toMatchObject(chosen)
      expect(first.text).toMatch(/^retry: \d+\n\nid: \S+\nevent: job\ndata: .+\n\n$/)
      const [, id = ""] = /^id: (.+)$/m.exec(first.text) ?? []
      // EventSource reconnects until it is answered 204 (WHATWG HTML, 9.2.3)
      const again = yield* watch({ "last-event-id": id })
      expect([again.status, again.text]).toEqual([204, ""])
      expect((yield* watch({ "last-event-id": "another" })).text).toBe(first.text)
      for (
        const accept of ["application/json, text/event-stream;q=0.1", "text/event-stream;q=0, */*", "*/*", "text/html"]
      ) {
        const answer = yield* watch({ accept, "last-event-id": id })
        expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"])
        expect(answer.headers).toMatchObject(chosen)
      }
    }))

  it.effect("a stream resumes after the last event that its client saw", () =>
    Effect.gen(function*() {
      const { job } = JSON.parse((yield* send("POST", `/register-user?email=alice@example.com&delay=${inAWeek}`)).text)
      const { port } = yield* TestServer
      const listen = Effect.fnUntraced(function*(lastEventId: string) {
        const client = yield* connect(port)
        client.write(
          `GET ${job} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: ${lastEventId}\r\n\r\n`
        )
        return client
      })
      const [, id = ""] = /^id: (.+)$/m.exec(yield* (yield* listen("")).until("\ndata: ")) ?? []
      const client = yield* listen(id)
      const beginning = yield* client.until("retry: ")
      yield* send("DELETE", job)
      const rest = yield* client.until("\ndata: ")
      expect((beginning + rest).match(/^id: .+$/gm)).toHaveLength(1)
      expect(rest).toContain("\"state\":\"cancelled\"")
      expect(rest).not.toContain(id)
    }).pipe(Effect.scoped))

  it.effect("an unknown job is a 404 rather than an event stream, and an invalid id a 422", () =>
    Effect.gen(function*() {
      for (
        const [method, path] of [["GET", "/jobs/999"], ["DELETE", "/jobs/999"], ["POST", "/jobs/999/retry"]] as const
      ) {
        const answer = yield* send(method, path, accept("text/event-stream"))
        expect([method, answer.status, answer.headers["content-type"]]).toEqual([
          method,
          404,
          "application/problem+json"
        ])
        expect(json(answer)).toMatchObject({ _tag: "JobNotFound", id: 999, instance: path })
        for (const wrong of ["0", "x", "9007199254740992", "1.0"]) {
          expect([wrong, (yield* send(method, path.replace("999", wrong))).status]).toEqual([wrong, 422])
        }
      }
      const { get } = yield* client
      expect(yield* Effect.flip(get({ path: { id: JobId.make(999) } }))).toMatchObject({ _tag: "JobNotFound", id: 999 })
    }))

  it.effect("a waiting job is cancelled at once, a finished one is a 409, a cancelled one can be tried again", () =>
    Effect.gen(function*() {
      const { job } = yield* (yield* client).sendNotificationAsync({ payload: { email: alice, delay: inAWeek } })
      const cancelled = yield* send("DELETE", job)
      expect(cancelled.status).toBe(202)
      expect(json(cancelled)).toMatchObject({ state: "cancelled", started_at: null })
      const again = yield* send("DELETE", job)
      expect([again.status, json(again)]).toMatchObject([409, { _tag: "JobStateConflict", state: "cancelled" }])

      const retried = yield* send("POST", `${job}/retry`)
      expect([retried.status, retried.headers.location]).toEqual([202, job])
      expect(json(retried)).toMatchObject({ run: 2, url: job })
      expect(yield* ended(job)).toMatchObject({ state: "succeeded", run: 2 })
      for (const [method, path] of [["POST", `${job}/retry`], ["DELETE", job]] as const) {
        const refusal = yield* send(method, path, { headers: { "accept-language": "en" } })
        expect([refusal.status, json(refusal)]).toMatchObject([409, { title: "Conflicting state", state: "succeeded" }])
      }
    }))

  it.effect.each(operations)("POST %s with an Idempotency-Key twice makes one job", ([path]) =>
    Effect.gen(function*() {
      const key = { "idempotency-key": `key of ${path}`.replaceAll(" ", "-") }
      const before = ids(yield* send("GET", "/jobs?limit=1000")).length
      const first = yield* send("POST", `${path}?email=alice@example.com`, { headers: key })
      const second = yield* send("POST", path, asJson({ email: alice }, key))
      expect([first.status, second.status, second.headers["idempotency-replayed"]]).toEqual([202, 202, "true"])
      expect([second.text, second.headers.location]).toEqual([first.text, first.headers.location])
      const other = yield* send("POST", `${path}?email=bob@example.com`, { headers: key })
      expect([other.status, json(other)]).toMatchObject([422, { _tag: "IdempotencyKeyReused" }])
      expect(ids(yield* send("GET", "/jobs?limit=1000"))).toHaveLength(before + 1)
      // the job accepted inside the key's transaction runs too
      expect((yield* ended(String(first.headers.location))).state).toBe("succeeded")
    }))

  it.effect("a retry sent twice with one Idempotency-Key runs the job once more", () =>
    Effect.gen(function*() {
      const { job } = yield* (yield* client).registerUser({ payload: { email: alice, delay: inAWeek } })
      yield* send("DELETE", job)
      const headers = { "idempotency-key": "once-more" }
      const first = yield* send("POST", `${job}/retry`, { headers })
      yield* ended(job)
      const second = yield* send("POST", `${job}/retry`, { headers })
      expect([first.status, second.status, second.text]).toEqual([202, 202, first.text])
      expect(yield* ended(job)).toMatchObject({ state: "succeeded", run: 2 })
    }))
})

it.scopedLive("an address with line ends is refused, and forges no log line", () =>
  Effect.gen(function*() {
    const printed: Array<unknown> = []
    const isDone = yield* Deferred.make<void>()
    const profile = `Profil créé pour ${alice}`
    const heed = (line: string) => {
      printed.push(JSON.parse(line).message)
      if (printed.at(-1) === profile) Deferred.unsafeDone(isDone, Effect.void)
    }
    const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped({ prefix: "barista-" })
    const environment = { MAIL_DURATION: "1 millis", PROFILE_DURATION: "1 millis", MAILING_LIST_DURATION: "1 millis" }
    const ask = sendTo((yield* start(barista(folder, environment), heed)).port)
    for (const ends of ["%0A", "%0D", "%0D%0A", "%E2%80%A8", "%C2%85", "%0B"]) {
      for (const [path] of operations) {
        expect((yield* ask("POST", `${path}?email=a@x.fr${ends}INFO:%20forged`)).status).toBe(422)
        expect((yield* ask("POST", `${path}?email=INFO:%20forged${ends}a@x.fr`)).status).toBe(422)
      }
    }
    expect((yield* ask("POST", "/register-user?email=%0Aalice@example.com%0D%0A")).status).toBe(422)
    yield* ask("POST", "/register-user?email=alice@example.com")
    yield* Deferred.await(isDone)
    expect(printed.filter((message) => String(message).includes("forged"))).toEqual([])
  }).pipe(Effect.provide(NodeContext.layer)))
