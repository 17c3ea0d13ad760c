import { fastify, product } from "../suite/servers.ts"
import { httpRow } from "./http.ts"

const items = 1000

/** Measures the cost of scheduling items, three at a time. */
export const batch = httpRow({
  name: "batch",
  title: `POST /batch-process/ of ${items} items that do nothing`,
  connections: 1,
  servers: [fastify, product({ BATCH_ITEM_DURATION: "0 seconds", BATCH_MAX_ITEMS: String(items) })],
  requests: () => [{
    method: "POST",
    path: "/batch-process/",
    body: JSON.stringify(Array.from({ length: items }, (_, n) => `item ${n}`))
  }],
  unit: "batches/s"
})
