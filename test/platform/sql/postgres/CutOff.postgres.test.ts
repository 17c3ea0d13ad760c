import { expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { faultyNetwork } from "../../../../scripts/harness/faultyNetwork.ts"
import { describePostgres, migrated, placeOf } from "../../../support/postgres.ts"
import { TestServer } from "../../../support/TestServer.ts"
import { until } from "../../../support/until.ts"

describePostgres("a server that is cut off from PostgreSQL", () => {
  it.scopedLive("says so, sheds what needs the database, answers all else, and serves again without a restart", () =>
    Effect.gen(function*() {
      const network = yield* faultyNetwork(yield* migrated)
      yield* Effect.gen(function*() {
        const { send } = yield* TestServer
        const statusOf = (path: string) => Effect.map(send("GET", path), ({ status }) => status)
        const change = (name: string) =>
          send("POST", "/users/", {
            headers: { "content-type": "application/json", "accept-language": "en" },
            body: JSON.stringify({ name, email: `${name}@example.com` })
          })
        yield* until(statusOf("/health/ready"), (status) => status === 200)
        expect((yield* change("before")).status).toBe(201)
        yield* network.cut
        yield* until(statusOf("/health/ready"), (status) => status === 503)
        expect((yield* send("GET", "/health/ready")).text).toContain("\"reason\":\"database\"")
        // waits until the database is given up; later ones are refused at once
        for (const name of ["first", "second"]) {
          const { headers, status, text } = yield* change(name)
          expect([status, headers["retry-after"]]).toEqual([503, "5"])
          expect(text).toContain("The database cannot be reached; nothing was changed.")
        }
        expect(yield* statusOf("/health/live")).toBe(200)
        const metrics = yield* send("GET", "/metrics")
        expect([metrics.status, metrics.text.includes("barista_database_prompt 0")]).toEqual([200, true])
        yield* network.mend
        yield* until(statusOf("/health/ready"), (status) => status === 200)
        expect((yield* change("after")).status).toBe(201)
      }).pipe(Effect.provide(TestServer.layer({ databaseUrl: Option.some(placeOf(network.url)) })))
    }))

  it.scopedLive("stops all the same", () =>
    Effect.gen(function*() {
      const network = yield* faultyNetwork(yield* migrated)
      yield* Effect.gen(function*() {
        const { send } = yield* TestServer
        yield* network.cut
        yield* until(send("GET", "/users/"), ({ status }) => status === 503)
      }).pipe(Effect.provide(TestServer.layer({ databaseUrl: Option.some(placeOf(network.url)) })))
    }))
})
