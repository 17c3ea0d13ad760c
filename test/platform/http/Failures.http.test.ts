import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const asJson = { "content-type": "application/json", "accept-language": "en" }
const problem = "application/problem+json"

const live = { excludeTestServices: true } as const

layer(TestServer.layer(), live)("every failure is a problem document", (it) => {
  it.effect("an unknown route is a 404", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("GET", "/nowhere?x=1")
      expect(answer.status).toBe(404)
      expect(answer.headers["content-type"]).toBe(problem)
      expect(json(answer)).toMatchObject({
        _tag: "RouteNotFound",
        status: 404,
        title: "Route inconnue",
        instance: "/nowhere"
      })
    }))

  it.effect("a known path with another method is a 405 with Allow, HEAD and OPTIONS included", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("DELETE", "/users/")
      expect(answer.status).toBe(405)
      expect(answer.headers.allow).toBe("GET, POST, HEAD, OPTIONS")
      expect(json(answer)).toMatchObject({ _tag: "MethodNotAllowed", allow: ["GET", "POST", "HEAD", "OPTIONS"] })
      const options = yield* send("OPTIONS", "/users")
      expect(options.status).toBe(204)
      expect(options.headers.allow).toBe("GET, POST, HEAD, OPTIONS")
      expect((yield* send("POST", "/docs")).status).toBe(405)
    }))

  it.effect("malformed JSON, JSON that is not UTF-8, and JSON that is no object are a 422 at the body", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const bodies = [`{"name":`, Buffer.from([0x22, 0xff, 0x22]), `[1,2]`, `"text"`, "null"]
      for (const body of bodies) {
        const answer = yield* send("POST", "/users/", { headers: asJson, body })
        expect(answer.status).toBe(422)
        expect(json(answer)["errors"]).toMatchObject([{ loc: ["body"] }])
      }
      const nested = yield* send("POST", "/users/", { headers: asJson, body: "[".repeat(100_000) })
      expect(nested.status).toBe(422)
    }))

  it.effect("a 422 names all issues at once, each with its place", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("POST", "/transfer-money/?from_user=0&amount=1.001", {
        headers: asJson,
        body: `{"to_user":"x"}`
      })
      expect(answer.status).toBe(422)
      const errors = json(answer)["errors"]
      expect(errors).toHaveLength(3)
      expect(errors).toMatchObject([{ loc: ["query", "from_user"] }, { loc: ["body", "to_user"] }, {
        loc: ["query", "amount"]
      }])
    }))

  it.effect("a missing parameter is a 422", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      expect(json(yield* send("POST", "/users/?name=Ann", { headers: asJson }))["errors"]).toEqual([
        { loc: ["query", "email"], msg: "field required", type: "missing" }
      ])
      expect(json(yield* send("POST", "/users/", { headers: asJson, body: `{"email":"a@example.com"}` }))["errors"])
        .toEqual([
          { loc: ["body", "name"], msg: "field required", type: "missing" }
        ])
    }))

  it.effect("a parameter may come from the query, from the body, or from both with one value; two values are a 422", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const transfer = (query: string, body: string) =>
        send("POST", `/transfer-money/${query}`, { headers: asJson, body })
      expect((yield* transfer("?from_user=1&to_user=2&amount=1", "")).status).toBe(200)
      expect((yield* transfer("", `{"from_user":1,"to_user":2,"amount":1}`)).status).toBe(200)
      expect((yield* transfer("?from_user=1&amount=1", `{"from_user":1,"to_user":2}`)).status).toBe(200)
      const refused = yield* transfer("?from_user=3&amount=1", `{"from_user":1,"to_user":2}`)
      expect(refused.status).toBe(422)
      expect(json(refused)["errors"]).toMatchObject([{ loc: ["query", "from_user"] }])
      const twice = yield* transfer("?from_user=1&to_user=2&amount=1&amount=2", "")
      expect(json(twice)["errors"]).toMatchObject([{ loc: ["query", "amount"], msg: "given more than once" }])
    }))

  it.effect("invalid ids are a 422: 0, negative, fractional, words, beyond 2^53, with a sign or spaces", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      for (
        const id of [
          "0",
          "-1",
          "1.5",
          "abc",
          "9007199254740992",
          "99999999999999999999",
          "+1",
          "%201",
          "1e3",
          "0x1",
          "1".repeat(200)
        ]
      ) {
        const answer = yield* send("GET", `/users/${id}/complete-profile`)
        expect([id, answer.status]).toEqual([id, 422])
        expect(json(answer)["errors"]).toMatchObject([{ loc: ["path", "user_id"] }])
      }
      expect((yield* send("GET", "/users/9007199254740991/complete-profile")).status).toBe(404)
    }))

  it.effect("another media type is a 415", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("POST", "/users/", { headers: { "content-type": "text/plain" }, body: "hello" })
      expect(answer.status).toBe(415)
      expect(json(answer)).toMatchObject({ _tag: "UnsupportedMediaType", expected: "application/json" })
    }))

  it.effect("a body over the limit, announced or chunked, is a 413", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const body = `{"name":"${"x".repeat(1_100_000)}"}`
      const announced = yield* send("POST", "/users/", { headers: { ...asJson, "content-length": body.length }, body })
      expect(announced.status).toBe(413)
      const chunked = yield* send("POST", "/users/", { headers: { ...asJson, "transfer-encoding": "chunked" }, body })
      expect(chunked.status).toBe(413)
      expect(json(chunked)).toMatchObject({ _tag: "PayloadTooLarge", limit: 1_048_576 })
    }))

  it.effect("bytes that are not HTTP get a problem document and a closed connection", () =>
    Effect.gen(function*() {
      const { raw } = yield* TestServer
      expect(yield* raw("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*application\/problem\+json/)
      expect(yield* raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /)
    }))

  it.effect("a malformed percent-encoding in the path or query does no harm", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      expect((yield* send("GET", "/%ZZ")).status).toBe(404)
      expect((yield* send("GET", "/users/%ZZ/complete-profile")).status).toBe(404)
      expect((yield* send("GET", "/users/?limit=%ZZ")).status).toBe(422)
      expect((yield* send("GET", "/users/")).status).toBe(200)
    }))
})

layer(TestServer.layer(), live)("languages and methods", (it) => {
  it.effect("the language is French without a header, for * and for languages we lack, and English when preferred", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const title = (language: string | undefined) =>
        Effect.map(
          send("GET", "/nowhere", { headers: language === undefined ? {} : { "accept-language": language } }),
          (answer) => [json(answer)["title"], answer.headers["content-language"], answer.headers.vary]
        )
      const french = ["Route inconnue", "fr", "accept-language"]
      const english = ["Unknown route", "en", "accept-language"]
      expect(yield* title(undefined)).toEqual(french)
      expect(yield* title("*")).toEqual(french)
      expect(yield* title("de")).toEqual(french)
      expect(yield* title("en;q=0.3, fr;q=0.9")).toEqual(french)
      expect(yield* title("en")).toEqual(english)
      expect(yield* title("de, en-GB;q=0.8, fr;q=0.2")).toEqual(english)
      expect(yield* title("en;q=0")).toEqual(french)
    }))

  it.effect("every path answers with and without its trailing slash; HEAD answers GET's headers", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const [bare, slashed] = [yield* send("GET", "/users"), yield* send("GET", "/users/")]
      expect([bare.status, bare.text]).toEqual([200, slashed.text])
      const head = yield* send("HEAD", "/users/")
      expect([head.status, head.text, head.headers["content-length"]]).toEqual([
        200,
        "",
        slashed.headers["content-length"]
      ])
      const posted = yield* send("POST", "/users?name=Ann&email=ann@example.com")
      expect(posted.status).toBe(201)
    }))

  it.effect("the contract is served as OpenAPI 3.1 with its parameters, and as a page that needs no network", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const document = json(yield* send("GET", "/openapi.json"))
      expect(document).toMatchObject({
        openapi: "3.1.0",
        paths: {
          "/users": {
            post: {
              parameters: [
                { name: "name", in: "query" },
                { name: "email", in: "query" },
                { name: "Idempotency-Key", in: "header" }
              ]
            }
          }
        }
      })
      const page = yield* send("GET", "/docs")
      expect(page.headers["content-type"]).toMatch(/^text\/html/)
      expect(page.text).not.toMatch(/(src|href)="https?:/)
    }))
})

describe("guards", () => {
  it.live("a defect is a 500 that hides its cause", () =>
    Effect.gen(function*() {
      const { beside, send } = yield* TestServer
      yield* beside("ALTER TABLE users RENAME TO users_away")
      const answer = yield* send("GET", "/users/")
      expect(answer.status).toBe(500)
      expect(json(answer)).toMatchObject({ _tag: "InternalError", trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) })
      expect(answer.text).not.toMatch(/table|sql|users"/i)
    }).pipe(Effect.provide(TestServer.layer())))

  it.live("with tokens set, every route but health, documentation and console requires one", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const status = (authorization?: string) =>
        Effect.map(
          send("GET", "/users/", { headers: authorization === undefined ? {} : { authorization } }),
          (answer) => answer.status
        )
      for (const open of ["/docs", "/openapi.json", "/health/live", "/"]) {
        expect([open, (yield* send("GET", open)).status]).toEqual([open, 200])
      }
      const refused = yield* send("GET", "/users/")
      expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, "Bearer"])
      expect(yield* status("Bearer 0123456789abcdef")).toBe(200)
      expect(yield* status("bearer fedcba9876543210")).toBe(200)
      expect(yield* status("Bearer 0123456789abcdeg")).toBe(401)
      expect(yield* status("Basic 0123456789abcdef")).toBe(401)
    }).pipe(Effect.provide(TestServer.layer({
      apiTokens: Option.some(["0123456789abcdef", "fedcba9876543210"].map((token) => Redacted.make(token)))
    }))))
})

layer(TestServer.layer(), live)("hostile input", (it) => {
  const create = (body: string, query = "") =>
    Effect.flatMap(TestServer, ({ send }) => send("POST", `/users/${query}`, { headers: asJson, body }))

  it.effect("values that cannot be compared or shown are a 422, and are not sent back", () =>
    Effect.gen(function*() {
      const deep = `${"[".repeat(3000)}${"]".repeat(3000)}`
      for (
        const [body, query] of [
          [`{"name":{"toString":1}}`, "?name=a"],
          [`{"name":${deep}}`, ""],
          [`{"name":["${"x".repeat(900_000)}"]}`, "?email=a@example.com"],
          [`{"__proto__":{"name":"a"},"constructor":1}`, ""]
        ] as const
      ) {
        const answer = yield* create(body, query)
        expect([body.slice(0, 30), answer.status]).toEqual([body.slice(0, 30), 422])
        expect(answer.text.length).toBeLessThan(1000)
      }
    }))

  it.effect("one wrong value is one issue, which says what is expected", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("POST", "/transfer-money/", {
        headers: asJson,
        body: `{"from_user":true,"to_user":1.5,"amount":true}`
      })
      expect(json(answer)["errors"]).toEqual([
        { loc: ["body", "from_user"], msg: "must be a number", type: "type_error" },
        { loc: ["body", "to_user"], msg: expect.stringMatching(/whole number|integer/), type: "value_error" },
        { loc: ["body", "amount"], msg: expect.stringMatching(/number or a string|amount/), type: "type_error" }
      ])
    }))

  it.effect("the same text twice in a query is one value; malformed percent-encoding is a 422", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      expect((yield* send("GET", "/users/?limit=1&limit=1")).status).toBe(200)
      expect((yield* send("GET", "/users/?limit=1&limit=2")).status).toBe(422)
      expect((yield* send("POST", "/users/?name=%ff&email=a@example.com")).status).toBe(422)
      expect((yield* send("POST", "/transfer-money/?from_user=01&to_user=2&amount=1")).status).toBe(422)
      expect(
        (yield* send("POST", "/transfer-money/?amount=1.0", {
          headers: asJson,
          body: `{"from_user":1,"to_user":2,"amount":1}`
        })).status
      ).toBe(200)
    }))

  it.effect("names are whole characters of one line, counted as characters", () =>
    Effect.gen(function*() {
      for (const name of ["\\ud800x", "a\\u202eb", "a\\u2028b", "\\u0000"]) {
        expect((yield* create(`{"name":"${name}","email":"n@example.com"}`)).status).toBe(422)
      }
      expect((yield* create(`{"name":"${"🐱".repeat(150)}","email":"cats@example.com"}`)).status).toBe(201)
      const { send } = yield* TestServer
      const nul = yield* send("POST", "/users/1/posts", { headers: asJson, body: `{"title":"a","content":"\\u0000"}` })
      expect(nul.status).toBe(422)
    }))

  it.effect("a content encoding is refused rather than misread", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("POST", "/users/", { headers: { ...asJson, "content-encoding": "gzip" }, body: "{}" })
      expect([answer.status, json(answer)["_tag"]]).toEqual([415, "UnsupportedMediaType"])
    }))

  it.effect("a trace id is the caller's only if it is valid", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const traceOf = (headers: Readonly<Record<string, string>>) =>
        Effect.map(send("GET", "/users/0/complete-profile", { headers }), (answer) => json(answer)["trace_id"])
      const given = "4bf92f3577b34da6a3ce929d0e0e4736"
      expect(yield* traceOf({ traceparent: `00-${given}-00f067aa0ba902b7-01` })).toBe(given)
      for (const b3 of ["forged-x-1", `${"a".repeat(5000)}-1-1`, `${"0".repeat(32)}-00f067aa0ba902b7-1`]) {
        expect(yield* traceOf({ b3 })).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
      }
    }))

  it.effect("targets in absolute form, semicolons and OPTIONS * are understood", () =>
    Effect.gen(function*() {
      const { raw, send } = yield* TestServer
      const asked = (target: string) => raw(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      expect(yield* asked("http://user:secret@a/users/")).toMatch(/^HTTP\/1.1 200/)
      expect(yield* asked("http://a/docs")).toMatch(/^HTTP\/1.1 200/)
      expect(yield* asked("http://user:secret@a/nowhere")).not.toMatch(/secret/)
      expect((yield* send("GET", "/users;limit=1")).status).toBe(404)
      expect(yield* raw("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 204/)
    }))
})
