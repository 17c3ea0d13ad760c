import { ours } from "../report/statistics.ts"
import { fastify, product, raw, type Server, stock } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

/** The product with a log line for each answer, which its peers do not write. */
const logged: Server = { ...product({ ACCESS_LOG: "all" }), name: `${ours} logged` }

/** Measures the smallest possible request, with tracing and log as in production. */
export const trivial = httpRow({
  name: "trivial",
  title: "GET /health/live",
  servers: [raw, fastify, product(), logged, stock()],
  requests: () => [{ method: "GET", path: "/health/live" }],
  targets: [atLeast(0.75, "node:http")]
})
