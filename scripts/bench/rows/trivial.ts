import { fastify, product, raw, stock } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

const logged = { ACCESS_LOG: "all" }

/** As little as a server can do, with tracing and log as in production: a line for each answer. */
export const trivial = httpRow({
  name: "trivial",
  title: "GET /health/live, logged",
  servers: [raw, fastify, product(logged), stock(logged)],
  requests: () => [{ method: "GET", path: "/health/live" }],
  targets: [atLeast(0.75, "node:http")]
})
