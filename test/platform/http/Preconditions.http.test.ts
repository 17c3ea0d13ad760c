import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { OutgoingHttpHeaders } from "node:http"
import { json, type Sent } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const form = {
  headers: { "content-type": "multipart/form-data; boundary=b" },
  body: "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n"
}

const conditionally = (method: string, path: string, headers: OutgoingHttpHeaders, sent: Sent = {}) =>
  Effect.flatMap(
    TestServer,
    ({ send }) => send(method, path, { ...sent, headers: { ...sent.headers, ...headers } })
  )

/** Returns the state that clients see, for comparison. */
const state = Effect.flatMap(TestServer, ({ send }) =>
  Effect.forEach(
    [
      "/users",
      "/users/1/posts",
      "/users/2/posts",
      "/users/1/complete-profile",
      "/accounts/1/entries",
      "/jobs?kind=notification",
      "/uploads"
    ],
    (path) => Effect.map(send("GET", path), ({ text }) => text),
    { concurrency: 1 }
  ))

const userToBe = "/users/?name=Zoe&email=zoe@example.com"
const postToBe = "/users/2/posts?title=a&content=b"

layer(TestServer.layer(), live)("conditions on a resource without validators", (it) => {
  const changes: ReadonlyArray<readonly [method: string, path: string, sent?: Sent]> = [
    ["DELETE", "/users/2/posts/3"],
    ["PUT", "/users/2/followers/1"],
    ["DELETE", "/users/2/followers/1"],
    ["POST", userToBe],
    ["POST", userToBe, { headers: { "idempotency-key": "conditional" } }],
    ["POST", postToBe],
    ["POST", postToBe, { headers: { "idempotency-key": "conditional-post" } }],
    ["POST", "/accounts/1/deposits?amount=1"],
    ["POST", "/transfer-money?from_user=1&to_user=2&amount=1"],
    ["POST", "/send-notification/?email=zoe@example.com"],
    ["POST", "/batch-process/", { headers: { "content-type": "application/json" }, body: `["a"]` }],
    ["POST", "/upload-sync/", form],
    ["POST", "/upload-async/", form],
    ["POST", "/upload-multiple/", { ...form, body: form.body.replace("\"file\"", "\"files\"") }]
  ]
  const unmet = ["\"zz\"", "W/\"zz\"", "\"a\", \"zz\"", "zz", ""].map((tags) => ({ "if-match": tags }))
  it.effect.each(changes)(
    "let %s %s change nothing if they do not hold",
    ([method, path, sent]) =>
      Effect.gen(function*() {
        const before = yield* state
        for (
          const headers of [...unmet, { "if-none-match": "*" }, { "if-none-match": "zz" }, {
            "if-match": "*",
            "if-none-match": "*"
          }]
        ) {
          const answer = yield* conditionally(method, path, headers, sent)
          expect([answer.status, json(answer)["_tag"], answer.headers.etag], JSON.stringify(headers)).toEqual([
            412,
            "PreconditionFailed",
            undefined
          ])
          expect(answer.headers["content-type"]).toBe("application/problem+json")
        }
        expect(yield* state).toEqual(before)
      })
  )

  const reads = [
    "/users/",
    "/users/1/complete-profile",
    "/users/2/posts/3",
    "/jobs",
    "/accounts/1",
    "/health/ready",
    "/policies",
    "/uploads",
    "/openapi.json",
    "/docs"
  ]
  it.effect.each(reads)("are evaluated for GET and HEAD %s", (path) =>
    Effect.gen(function*() {
      for (const method of ["GET", "HEAD"]) {
        const statusOf = (headers: OutgoingHttpHeaders) =>
          Effect.map(conditionally(method, path, headers), ({ status }) => status)
        for (const headers of unmet) expect(yield* statusOf(headers), JSON.stringify(headers)).toBe(412)
        expect(yield* statusOf({ "if-match": "*" })).toBe(200)
        // a representation exists, with or without a tag (RFC 9110, 13.1.2)
        expect(yield* statusOf({ "if-none-match": "*" })).toBe(304)
        expect(yield* statusOf({ "if-none-match": "\"zz\"" })).toBe(200)
        expect(yield* statusOf({ "if-none-match": "zz" })).toBe(200)
        // no Last-Modified to compare with (13.1.3, 13.1.4)
        expect(yield* statusOf({ "if-unmodified-since": "Sun, 06 Nov 1994 08:49:37 GMT" })).toBe(200)
        expect(yield* statusOf({ "if-modified-since": "Sun, 06 Nov 2094 08:49:37 GMT" })).toBe(200)
      }
    }))

  const earlier: ReadonlyArray<readonly [status: number, method: string, path: string, sent?: Sent]> = [
    [404, "DELETE", "/users/2/posts/999"],
    [404, "GET", "/users/2/posts/999"],
    [404, "GET", "/users/999/complete-profile"],
    [404, "POST", "/users/999/posts?title=a&content=b"],
    [404, "PUT", "/users/999/followers/1"],
    [404, "DELETE", "/users/1/followers/999"],
    [404, "DELETE", "/jobs/999"],
    [404, "POST", "/jobs/999/retry"],
    [404, "POST", "/accounts/999/deposits?amount=1"],
    [404, "GET", "/nowhere"],
    [404, "DELETE", "/uploads/999"],
    [405, "DELETE", "/users"],
    [405, "POST", "/docs"],
    [415, "POST", "/users/", { headers: { "content-type": "text/plain" }, body: "a" }],
    [415, "POST", "/upload-async/", { headers: { "content-type": "text/plain" }, body: "a" }],
    [422, "POST", "/users/?name=&email=none"],
    [422, "PUT", "/users/1/followers/1"],
    [422, "DELETE", "/users/none/posts/1"],
    [422, "GET", "/users/?limit=0"],
    [403, "POST", userToBe, { headers: { origin: "http://elsewhere.example" } }],
    [426, "GET", "/ws/1"],
    [204, "OPTIONS", "/users"]
  ]
  it.effect.each(earlier)(
    "are ignored if they make no difference: %s for %s %s",
    ([status, method, path, sent]) =>
      Effect.gen(function*() {
        for (const headers of [{ "if-match": "\"zz\"" }, { "if-none-match": "*" }]) {
          expect((yield* conditionally(method, path, headers, sent)).status).toBe(status)
        }
      })
  )

  it.effect("distinguish a present following from an absent one", () =>
    Effect.gen(function*() {
      const ask = (method: string, headers: OutgoingHttpHeaders) =>
        Effect.map(conditionally(method, "/users/3/followers/1", headers), ({ status }) => status)
      expect(yield* ask("DELETE", { "if-match": "*" })).toBe(412)
      expect(yield* ask("PUT", { "if-match": "*" })).toBe(412)
      expect(yield* ask("PUT", { "if-none-match": "*" })).toBe(204)
      expect(yield* ask("PUT", { "if-none-match": "*" })).toBe(412)
      expect(yield* ask("PUT", { "if-match": "*" })).toBe(204)
      expect(yield* ask("DELETE", { "if-none-match": "*" })).toBe(412)
      expect(yield* ask("DELETE", { "if-match": "*" })).toBe(204)
      expect(yield* ask("DELETE", { "if-none-match": "*" })).toBe(204)
    }))

  it.effect("let a request through if they hold", () =>
    Effect.gen(function*() {
      for (const headers of [{ "if-match": "*" }, { "if-none-match": "\"zz\"" }]) {
        const made = yield* conditionally("POST", postToBe, headers)
        expect(made.status).toBe(201)
        expect((yield* conditionally("DELETE", String(made.headers.location), headers)).status).toBe(204)
      }
    }))

  it.effect("are evaluated before an idempotency key, which stays free", () =>
    Effect.gen(function*() {
      const key = { "idempotency-key": "free" }
      expect((yield* conditionally("POST", postToBe, { ...key, "if-match": "\"zz\"" })).status).toBe(412)
      const made = yield* conditionally("POST", postToBe, key)
      expect([made.status, made.headers["idempotency-replayed"]]).toEqual([201, undefined])
      expect((yield* conditionally("POST", postToBe, { ...key, "if-match": "\"zz\"" })).status).toBe(412)
      const again = yield* conditionally("POST", postToBe, { ...key, "if-match": "*" })
      expect([again.status, again.headers["idempotency-replayed"]]).toEqual([201, "true"])
    }))

  it.effect("neither cancel nor retry a job", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const accepted = yield* send("POST", "/send-notification-async/?email=zoe@example.com")
      const job = String(accepted.headers.location)
      const answers = yield* Effect.forEach(
        [["DELETE", job], ["POST", `${job}/retry`]] as const,
        ([method, path]) => conditionally(method, path, { "if-match": "\"zz\"" }),
        { concurrency: 1 }
      )
      expect(answers.map(({ status }) => status)).toEqual([412, 412])
      expect(json(yield* send("GET", job))["cancel_requested"]).not.toBe(true)
    }))

  it.effect("are reported in the language of the request", () =>
    Effect.gen(function*() {
      const detail = (language: string) =>
        Effect.map(
          conditionally("DELETE", "/users/2/posts/3", { "if-match": "\"zz\"", "accept-language": language }),
          (answer) => json(answer)["detail"]
        )
      expect(yield* detail("fr")).toContain("pas d'ETag")
      expect(yield* detail("en")).toContain("no ETag")
    }))
})
