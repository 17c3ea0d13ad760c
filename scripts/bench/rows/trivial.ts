import { ours } from "../report/statistics.ts"
import { fastify, product, raw, type Server, stock } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

/** With a line in the log for each answer, which the others do not write. */
const logged: Server = { ...product({ ACCESS_LOG: "all" }), name: `${ours} logged` }

/** As little as a server can do, with tracing and log as in production. */
export const trivial = httpRow({
  name: "trivial",
  title: "GET /health/live",
  servers: [raw, fastify, product(), logged, stock()],
  requests: () => [{ method: "GET", path: "/health/live" }],
  targets: [atLeast(0.75, "node:http")]
})
