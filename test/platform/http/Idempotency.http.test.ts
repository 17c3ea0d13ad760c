import { HttpApiClient, HttpClient, HttpClientRequest } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Api } from "../../../src/Api.ts"
import { UserId } from "../../../src/domain/Ids.ts"
import { Cents } from "../../../src/domain/Money.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const balance = (user: number) =>
  Effect.flatMap(
    TestServer,
    ({ send }) => Effect.map(send("GET", `/accounts/${user}`), (answer) => json(answer)["balance_cents"])
  )

const transfer = "/transfer-money/?from_user=1&to_user=2&amount=10"

layer(TestServer.layer(), live)("an Idempotency-Key", (it) => {
  it.effect("given twice moves money once", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const before = yield* balance(1)
      const headers = { "idempotency-key": "\"twice\"" }
      const first = yield* send("POST", transfer, { headers })
      const second = yield* send("POST", "/transfer-money", {
        headers: { ...headers, "content-type": "application/json" },
        body: `{ "amount": "10.00", "to_user": 2, "from_user": 1 }`
      })
      expect([first.status, second.status]).toEqual([200, 200])
      expect([first.headers["idempotency-replayed"], second.headers["idempotency-replayed"]]).toEqual([
        undefined,
        "true"
      ])
      expect(second.text).toBe(first.text)
      expect(yield* balance(1)).toBe(Number(before) - 1_000)
    }))

  it.effect("given twenty times at once moves money once; the others are told to wait, or the outcome", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const before = yield* balance(1)
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => send("POST", transfer, { headers: { "idempotency-key": "twenty" } })),
        { concurrency: 20 }
      )
      const ran = answers.filter(({ headers, status }) =>
        status === 200 && headers["idempotency-replayed"] === undefined
      )
      expect(ran).toHaveLength(1)
      for (const answer of answers) {
        if (answer.status === 200) expect(answer.text).toBe(ran[0]?.text)
        else expect([answer.status, answer.headers["retry-after"]]).toEqual([409, "1"])
      }
      expect(yield* balance(1)).toBe(Number(before) - 1_000)
    }))

  it.effect("repeats a refusal, though it would succeed by now", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const headers = { "idempotency-key": "refused" }
      const target = "/transfer-money/?from_user=3&to_user=2&amount=1"
      const first = yield* send("POST", target, { headers })
      expect(first.status).toBe(409)
      yield* send("POST", "/accounts/3/deposits?amount=5")
      const second = yield* send("POST", target, { headers })
      expect([second.status, second.text]).toEqual([409, first.text])
      expect(second.headers["content-type"]).toBe("application/problem+json")
      expect(yield* balance(3)).toBe(500)
    }))

  const creations = [
    ["/users?name=Zoe&email=zoe@example.com", "/users?name=Zoe&email=zoe2@example.com"],
    ["/users/1/posts?title=a&content=b", "/users/2/posts?title=a&content=b"],
    ["/accounts/3/deposits?amount=1", "/accounts/3/deposits?amount=2"]
  ] as const
  it.effect.each(creations)("is accepted by POST %s", ([target, other]) =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const headers = { "idempotency-key": target }
      const first = yield* send("POST", target, { headers })
      const second = yield* send("POST", target, { headers })
      const third = yield* send("POST", other, { headers })
      expect([first.status, second.status, third.status]).toEqual([201, 201, 422])
      expect(second.text).toBe(first.text)
      expect(second.headers.location).toBe(first.headers.location)
      expect(second.headers["idempotency-replayed"]).toBe("true")
      expect(json(third)).toMatchObject({
        _tag: "IdempotencyKeyReused",
        errors: [{ loc: ["header", "Idempotency-Key"], msg: "a servi à une autre requête", type: "value_error" }]
      })
      expect(third?.headers).toMatchObject({ "content-language": "fr", vary: "accept-language" })
    }))

  it.effect("is sent by the typed client, which knows its refusals", () =>
    Effect.gen(function*() {
      const { url } = yield* TestServer
      const client = yield* HttpApiClient.make(Api, {
        baseUrl: url,
        transformClient: HttpClient.mapRequest(HttpClientRequest.setHeader("idempotency-key", "typed"))
      })
      const deposit = (cents: number) =>
        client.transfers.deposit({ path: { user_id: UserId.make(2) }, payload: { amount: Cents.make(cents) } })
      const before = yield* balance(2)
      const [first, second] = yield* Effect.all([deposit(100), deposit(100)], { concurrency: 1 })
      expect(second.id).toBe(first.id)
      expect(yield* balance(2)).toBe(Number(before) + 100)
      expect(yield* Effect.flip(deposit(200))).toMatchObject({ _tag: "IdempotencyKeyReused", key: "typed" })
    }).pipe(Effect.provide(NodeHttpClient.layerUndici)))
})
