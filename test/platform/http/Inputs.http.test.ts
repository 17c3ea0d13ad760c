import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { json, type Sent } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const en = { "accept-language": "en" }
const asJson = { ...en, "content-type": "application/json" }

/** Sends a request; returns the status with the place and sentence of each issue. */
const asked = (method: string, path: string, sent: Sent = {}) =>
  Effect.flatMap(
    TestServer,
    ({ send }) =>
      Effect.map(send(method, path, { ...sent, headers: { ...en, ...sent.headers } }), (answer) => {
        const { errors = [] }: { errors?: ReadonlyArray<{ loc: ReadonlyArray<unknown>; msg: string }> } =
          answer.text === ""
            ? {}
            : JSON.parse(answer.text)
        return { ...answer, issues: errors.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`) }
      })
  )

const post = (path: string, body: string, headers: Sent["headers"] = {}) =>
  asked("POST", path, { headers: { ...asJson, ...headers }, body })

const amountRule = "must be an amount from 0.01 to 1000000000.00 with at most two decimals"
const idRule = "must be a whole number from 1 to 9007199254740991"

layer(TestServer.layer(), live)("a value from query and body", (it) => {
  const twoValues = "given in the query and in the body with two values"

  it.effect("is compared as a value of its type: texts as texts, amounts as cents, names as trimmed", () =>
    Effect.gen(function*() {
      const user = (query: string, body: Record<string, unknown>) =>
        post(`/users/?${query}`, JSON.stringify({ email: "x@example.com", ...body }))
      for (const [query, name] of [["0x10", "16"], ["1.0", "1"], ["1e1", "10"], ["%20%20", ""], ["01", "1"]]) {
        const { issues, status } = yield* user(`name=${query}`, { name })
        expect([query, status, issues[0]?.startsWith("query.name: ")]).toEqual([query, 422, true])
      }
      expect((yield* user("name=16", { name: "0x10" })).issues).toEqual([`query.name: ${twoValues}`])
      expect((yield* user("name=%20Ann&email=x@example.com", { name: "Ann" })).status).toBe(201)
      const move = (query: string, body: string) => post(`/transfer-money/?from_user=1&to_user=2&${query}`, body)
      expect((yield* move("amount=1.00", `{"amount":1}`)).status).toBe(200)
      expect((yield* move("amount=1.00", `{"amount":"1.0"}`)).status).toBe(200)
      expect((yield* move("amount=1", `{"amount":10e-1}`)).status).toBe(200)
      expect((yield* move("amount=1.01", `{"amount":1}`)).issues).toEqual([`query.amount: ${twoValues}`])
      expect((yield* move("amount=1", `{"amount":1,"from_user":3}`)).issues).toEqual([`query.from_user: ${twoValues}`])
    }))

  it.effect("that is invalid in either place is refused with its place", () =>
    Effect.gen(function*() {
      const answer = yield* post(
        "/transfer-money/?from_user=01&amount=1e1",
        `{"from_user":1,"to_user":2,"amount":true}`
      )
      expect(answer.issues).toEqual([
        "query.from_user: must be a number",
        `query.amount: ${amountRule}`,
        `body.amount: ${amountRule}`
      ])
    }))

  it.effect("is reported with its place, in rules between two values too", () =>
    Effect.gen(function*() {
      const rule = "must be another user than from_user"
      const toSelf = (query: string, body: string) => Effect.map(post(query, body), ({ issues }) => issues)
      expect(yield* toSelf("/transfer-money?from_user=1&to_user=1&amount=1", "")).toEqual([`query.to_user: ${rule}`])
      expect(yield* toSelf("/transfer-money", `{"from_user":1,"to_user":1,"amount":1}`)).toEqual([
        `body.to_user: ${rule}`
      ])
      expect(yield* toSelf("/transfer-money?to_user=1", `{"from_user":1,"amount":1}`)).toEqual([
        `query.to_user: ${rule}`
      ])
      expect((yield* asked("PUT", "/users/1/followers/1")).issues).toEqual([
        "path.follower_id: must be another user than user_id"
      ])
      for (const digits of ["01", "+1", "1".repeat(17)]) {
        expect((yield* asked("GET", `/users/?after=${digits}`)).issues).toEqual([
          "query.after: must be a whole number of at most 16 decimal digits, without a sign or leading zeros"
        ])
      }
      expect((yield* asked("GET", "/users/?after=%zz")).issues).toEqual(["query: has a malformed percent-encoding"])
      expect((yield* asked("POST", "/users/?name=a&email=a@x.io", { headers: { "idempotency-key": "a b" } })).issues[0])
        .toMatch(/^header\.Idempotency-Key: /)
    }))

  it.effect("given twice is one value if its text is the same, and otherwise none, in the query and in the body", () =>
    Effect.gen(function*() {
      const transfer = (query: string, body: string) => post(`/transfer-money/?${query}`, body)
      const rest = `"from_user":1,"to_user":2`
      const twice = "given more than once"
      expect((yield* transfer("amount=1&amount=2", `{${rest}}`)).issues).toEqual([`query.amount: ${twice}`])
      expect((yield* transfer("amount=1&amount=2", `{${rest},"amount":1}`)).issues).toEqual([`query.amount: ${twice}`])
      for (
        const members of [
          `"amount":1,"amount":2`,
          `"amount":2,"amount":1`,
          `"amount":1,"\\u0061mount":2`,
          `"amount" : 1, "amount" : [1]`
        ]
      ) {
        const { issues, status } = yield* transfer("", `{${rest},${members}}`)
        expect([members, status, issues]).toEqual([members, 422, [`body.amount: ${twice}`]])
      }
      expect((yield* transfer("", `{${rest},"amount":1, "amount" : 1}`)).status).toBe(200)
    }))

  it.effect("of a parameter that the operation does not have is ignored", () =>
    Effect.gen(function*() {
      expect((yield* asked("GET", "/users/?colour=1&colour=2&limit=1")).status).toBe(200)
      const more = `"from_user":1,"to_user":2,"amount":1,"note":3.14159265358979323846,"note":{"a":1e999}`
      expect((yield* post("/transfer-money/", `{${more}}`)).status).toBe(200)
    }))
})

layer(TestServer.layer(), live)("a number", (it) => {
  it.effect("is checked as written, not as the double that it becomes", () =>
    Effect.gen(function*() {
      const amounts = [
        "0.29999999999999999",
        "0.010000000000000000001",
        "100.00000000000000001",
        "1e400",
        "-1e400",
        "1e-400",
        "0.009999999999999999999",
        "1000000000.00000000001",
        "29999999999999999e-17",
        "0",
        "-0",
        "-0.0",
        "1e10",
        "1.001",
        "1E-3"
      ]
      for (const amount of amounts) {
        for (const body of [`{"amount":${amount}}`, `{"amount": ${amount} , "note":"x"}`]) {
          const { issues, status } = yield* post("/accounts/1/deposits", body)
          expect([amount, status, issues]).toEqual([amount, 422, [`body.amount: ${amountRule}`]])
        }
        const { status } = yield* asked("POST", `/accounts/1/deposits?amount=${amount}`)
        expect([amount, status]).toEqual([amount, 422])
      }
      for (
        const id of ["1.0000000000000001", "9007199254740990.7", "0.99999999999999999", "1e400", "9007199254740993"]
      ) {
        const { issues, status } = yield* post("/transfer-money/", `{"from_user":${id},"to_user":2,"amount":1}`)
        expect([id, status, issues]).toEqual([id, 422, [`body.from_user: ${idRule}`]])
        const inQuery = yield* asked("POST", `/transfer-money/?from_user=${id}&to_user=2&amount=1`)
        expect([id, inQuery.status]).toEqual([id, 422])
      }
      expect((yield* post("/send-notification-async/", `{"email":"a@x.io","delay":1.0000000000000001}`)).issues)
        .toEqual([
          "body.delay: must be a whole number of seconds from 0 to 604800"
        ])
    }))

  it.effect("is the same however it is written", () =>
    Effect.gen(function*() {
      const amounts = ["1E0", "10e-1", "1.0", "1.00000000000000000000", "0.1e1", "100e-2", "0.30", "3E-1", "1e+0"]
      for (const amount of amounts) {
        const { status } = yield* post("/accounts/3/deposits", `{"amount":${amount}}`)
        expect([amount, status]).toEqual([amount, 201])
      }
      const answer = yield* post("/transfer-money/", `{"from_user":1.0,"to_user":20e-1,"amount":1E0}`)
      expect(json(answer)).toMatchObject({ from_user: 1, to_user: 2, amount_cents: 100 })
    }))
})

layer(TestServer.layer(), live)("a body", (it) => {
  const whole = "from_user=1&to_user=2&amount=1"

  it.effect("is absent if it has no byte, whatever its headers say", () =>
    Effect.gen(function*() {
      for (
        const headers of [
          { "transfer-encoding": "chunked" },
          { "transfer-encoding": "chunked", "content-type": "application/x-www-form-urlencoded" },
          { "transfer-encoding": "chunked", "content-type": "multipart/form-data; boundary=x" },
          { "transfer-encoding": "chunked", "content-encoding": "gzip" },
          { "content-length": "0", "content-type": "text/plain" },
          { "content-length": "000", "content-type": "text/plain", "content-encoding": "br" }
        ]
      ) {
        const { status } = yield* asked("POST", `/transfer-money/?${whole}`, { headers })
        expect([headers, status]).toEqual([headers, 200])
        expect((yield* asked("POST", "/transfer-money/", { headers })).issues.toSorted()).toEqual(
          ["amount", "from_user", "to_user"].map((name) => `query.${name}: field required`)
        )
      }
    }))

  it.effect("is declared as JSON in UTF-8, or else gets a 415 that names the accepted types", () =>
    Effect.gen(function*() {
      const body = `{"from_user":1,"to_user":2,"amount":1}`
      const types = [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json ; profile=x",
        "application/json;"
      ]
      for (const type of types) {
        expect([type, (yield* post("/transfer-money/", body, { "content-type": type })).status]).toEqual([type, 200])
      }
      const others = [
        "application/merge-patch+json",
        "application/problem+json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json, text/plain",
        "application/jsonp",
        "text/json",
        "text/plain",
        "json",
        ""
      ]
      for (const type of others) {
        for (const framing of [{ "content-length": String(body.length) }, { "transfer-encoding": "chunked" }]) {
          const answer = yield* post("/transfer-money/", body, { "content-type": type, ...framing })
          expect([type, answer.status, answer.headers["accept"]]).toEqual([type, 415, "application/json"])
        }
      }
      const untyped = yield* asked("POST", "/transfer-money/", { headers: { "content-length": body.length }, body })
      expect([untyped.status, json(untyped)["header"]]).toEqual([415, "Content-Type"])
    }))

  it.effect("may name the coding identity, and no other", () =>
    Effect.gen(function*() {
      const body = `{"from_user":1,"to_user":2,"amount":1}`
      for (const coding of ["identity", "IDENTITY", "", " ", ",", "identity, Identity", ", identity ,"]) {
        const { status } = yield* post("/transfer-money/", body, { "content-encoding": coding })
        expect([coding, status]).toEqual([coding, 200])
      }
      for (const coding of ["gzip", "x-gzip", "identity, br", "IDENTITY,gzip", "identity;q=1", "aes128gcm"]) {
        const answer = yield* post("/transfer-money/", body, { "content-encoding": coding })
        expect([coding, answer.status, answer.headers["accept-encoding"]]).toEqual([coding, 415, "identity"])
        expect(json(answer)).toMatchObject({ header: "Content-Encoding", received: coding })
      }
      const form = yield* asked("POST", "/upload-async/", {
        headers: { "content-type": "multipart/form-data; boundary=x", "content-encoding": "gzip", "content-length": 1 },
        body: "x"
      })
      expect([form.status, form.headers["accept-encoding"]]).toEqual([415, "identity"])
      // a coding without a body has no meaning
      expect((yield* asked("GET", "/users/", { headers: { "content-encoding": "gzip" } })).status).toBe(200)
    }))
})

layer(TestServer.layer(), live)("reasons", (it) => {
  it.effect("a post of another user, or of none, is a 404 that names the user", () =>
    Effect.gen(function*() {
      for (const method of ["GET", "DELETE"]) {
        for (const path of ["/users/2/posts/1", "/users/2/posts/999", "/users/999/posts/1"]) {
          const answer = yield* asked(method, path)
          const [, user, post] = path.split(/\D+/).map(Number)
          expect([method, path, answer.status]).toEqual([method, path, 404])
          expect(json(answer)).toMatchObject({
            _tag: "PostNotFound",
            detail: `User ${user} has no post ${post}.`,
            user_id: user,
            post_id: post
          })
        }
      }
      expect((yield* asked("GET", "/users/1/posts/1")).status).toBe(200)
    }))

  it.effect("unfollowing oneself removes nothing, and following oneself is a 422", () =>
    Effect.gen(function*() {
      expect((yield* asked("DELETE", "/users/3/followers/3")).status).toBe(204)
      expect((yield* asked("DELETE", "/users/999/followers/999")).status).toBe(404)
      expect((yield* asked("PUT", "/users/3/followers/3")).status).toBe(422)
    }))

  it.effect("are wholly French or wholly English, each issue too", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const inBoth = (method: string, path: string, body = "") =>
        Effect.all(
          ["fr", "en"].map((language) =>
            Effect.map(
              send(method, path, {
                headers: { "content-type": "application/json", "accept-language": language },
                body
              }),
              (answer) => json(answer)
            )
          ),
          { concurrency: 1 }
        )
      const english = /\b(must|field|given|received|has|the|with|of|at least|whole|expected)\b/
      const requests = [
        ["POST", "/users/"],
        ["POST", "/users/?name=%20&email=x"],
        ["POST", "/users/?name=a&name=b&email=a@x.io", `{"email":"b@x.io"}`],
        ["POST", `/users/?name=%07&email=${"a".repeat(250)}@x.io`],
        ["POST", "/users/", "{"],
        ["POST", "/users/", "[]"],
        ["POST", "/users/", `{"name":1,"email":{}}`],
        ["POST", "/users/", "[".repeat(101) + "]".repeat(101)],
        ["POST", "/users/1/posts?title=a&content=%00"],
        ["POST", "/users/1/posts?title=a&content=%20"],
        ["POST", "/transfer-money/?from_user=1&to_user=1&amount=1"],
        ["POST", "/transfer-money/", `{"from_user":1.5,"to_user":0,"amount":0.001}`],
        ["POST", "/send-notification/?email=a@x.io&delay=-1"],
        ["POST", "/batch-process/", `["a",1]`],
        ["POST", "/batch-process/"],
        ["POST", "/batch-process/", "{}"],
        ["POST", "/batch-process/?concurrency=4", "[]"],
        ["PUT", "/users/1/followers/1"],
        ["GET", "/users/x/complete-profile"],
        ["GET", "/users/0/complete-profile"],
        ["GET", "/users/?limit=0&after=x"],
        ["GET", "/users/?after=%zz"],
        ["GET", "/jobs?state=x&kind=y"],
        ["GET", "/with-timeout/?timeout=31"],
        ["GET", "/unreliable?succeed_on=21"],
        ["GET", "/bad-async-usage/?n=0"]
      ] as const
      for (const [method, path, body] of requests) {
        const [french, inEnglish] = yield* inBoth(method, path, body)
        const name = `${method} ${path} ${body?.slice(0, 30)}`
        expect([name, french?.["status"], inEnglish?.["status"]]).toEqual([name, 422, 422])
        const texts = (of: unknown) => JSON.stringify(of, ["title", "detail", "errors", "msg"])
        expect([name, texts(french)]).not.toEqual([name, texts(inEnglish)])
        expect([name, english.exec(texts(french))?.[0]]).toEqual([name, undefined])
        expect([name, /\b(doit|champ|reçu|avec|plusieurs)\b/.exec(texts(inEnglish))?.[0]]).toEqual([name, undefined])
      }
    }))
})
