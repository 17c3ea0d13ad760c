import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { barista, node } from "../../harness/serverProcess.ts"
import { ours } from "../report/statistics.ts"
import { type Environment, fastify, raw, type Server, stockAdapter, stockName } from "../suite/servers.ts"
import { items, orders } from "./decodingRequests.ts"
import { atLeast, httpRow } from "./http.ts"

/** The product's adapter with the contract of this row. */
const adapter = (name: string, environment: Environment): Server => ({
  name,
  command: Effect.map(
    Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })),
    (folder) => barista(folder, environment, node("bench/contenders/decoding/barista"))
  )
})

const servers = [raw, fastify, adapter(ours, {}), adapter(stockName, stockAdapter)]

/** Decodes and checks an id in the path and two parameters in the query; encodes an object of five members. */
export const query = httpRow({
  name: "query",
  title: "GET /items/{id}?limit&text, decoded and encoded",
  servers,
  requests: () => items,
  targets: [atLeast(0.55, "node:http")]
})

/** Decodes and checks a body of five members with a list of objects; encodes an object. */
export const body = httpRow({
  name: "body",
  title: "POST /orders of JSON, decoded and encoded",
  servers,
  requests: () => orders,
  targets: [atLeast(0.5, "node:http")]
})
