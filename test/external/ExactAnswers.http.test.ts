import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as LoopbackServer from "../support/LoopbackServer.ts"
import { TestServer } from "../support/TestServer.ts"

const digits = `{"id": 12345678901234567890, "amount": 0.10, "list": [1e400]}`

describe("the upstream's JSON", () => {
  it.scopedLive("is passed on digit for digit by every route that answers it", () =>
    Effect.gen(function*() {
      const { url } = yield* LoopbackServer.make((request, response) => {
        if (request.url === "/status/500") response.writeHead(500)
        response.end(digits)
      })
      yield* Effect.gen(function*() {
        const { send } = yield* TestServer
        const text = (path: string) => Effect.map(send("GET", path), ({ text }) => text)
        for (const path of ["/good-external-calls", "/bad-external-calls", "/unreliable?succeed_on=1"]) {
          expect([path, yield* text(path)]).toEqual([path, digits])
        }
        expect(yield* text("/parallel-external-calls")).toBe(
          `{"results":[${digits},${digits},${digits}],"total_time":"~1 seconde au lieu de 3"}`
        )
        const safe = (path: string, status: string, data: string) =>
          `{"url":"${url.origin}${path}","status":"${status}","data":${data}}`
        expect(yield* text("/safe-parallel-calls")).toBe(
          `{"results":[${
            [
              safe("/delay/1", "success", digits),
              safe("/status/500", "error", `"${url.origin}/status/500 a répondu 500."`),
              safe("/delay/10", "success", digits)
            ].join(",")
          }]}`
        )
        expect(yield* text("/good-async-usage/")).toMatch(`{"response":${digits},"users":3,"file":{"bytes":`)
      }).pipe(Effect.provide(TestServer.layer({ upstreamUrl: Option.some(url) })))
    }))
})
