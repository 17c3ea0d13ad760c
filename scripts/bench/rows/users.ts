import type { Request } from "../load/Load.ts"
import { people } from "../suite/filledDatabase.ts"
import { fastify, product, stock } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

/** Users of each round, more than any of the servers creates in that time. */
const newUsers = 40_000

const servers = [fastify, product(), stock()]

/** Lists twenty rows of a table. */
export const list = httpRow({
  name: "users",
  title: `GET /users/ of ${people} rows`,
  servers,
  requests: () => [{ method: "GET", path: "/users/" }],
  targets: [atLeast(0.8, "fastify")]
})

/** Runs three queries a request. */
export const profile = httpRow({
  name: "profile",
  title: "GET /users/{id}/complete-profile",
  servers,
  requests: () =>
    Array.from({ length: people }, (_, n): Request => ({ method: "GET", path: `/users/${n + 1}/complete-profile` })),
  targets: [atLeast(0.8, "fastify")]
})

/** Writes one durable row a request. */
export const create = httpRow({
  name: "create-user",
  title: "POST /users/, durable",
  servers,
  requests: (round) =>
    Array.from({ length: newUsers }, (_, n): Request => ({
      method: "POST",
      path: `/users/?name=Ann&email=ann.${round}.${n}@example.com`
    }))
})
