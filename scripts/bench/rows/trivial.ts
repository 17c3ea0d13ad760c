import { fastify, product, raw, stock } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

/** As little as a server can do, with tracing and log as in production. */
export const trivial = httpRow({
  name: "trivial",
  title: "GET /health/live",
  servers: [raw, fastify, product(), stock()],
  requests: () => [{ method: "GET", path: "/health/live" }],
  targets: [atLeast(0.75, "node:http")]
})
