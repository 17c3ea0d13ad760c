// The sum of squares on a plain pool of two worker threads behind node:http, and the trivial route. Prints its port.
import { createServer, type ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"
import { isMainThread, parentPort, Worker } from "node:worker_threads"
import { sumOfSquares } from "../../../src/platform/workers/sumOfSquares.ts"
import { listen } from "./listen.ts"

const threads = 2
const handbookN = 1_000_000

const compute = (): void => {
  parentPort?.on("message", (n: number) => parentPort?.postMessage(sumOfSquares(n)))
}

/** Hands each computation to the next free thread, in turn. */
const makePool = () => {
  const waiting: Array<(result: bigint) => void> = []
  const free: Array<Worker> = []
  const assign = () => {
    if (free.length === 0) return
    const done = waiting.shift()
    const worker = done === undefined ? undefined : free.pop()
    if (done === undefined || worker === undefined) return
    worker.once("message", (result: bigint) => {
      free.push(worker)
      done(result)
      assign()
    })
    worker.postMessage(handbookN)
  }
  for (let n = 0; n < threads; n++) free.push(new Worker(fileURLToPath(import.meta.url)))
  return (done: (result: bigint) => void): void => {
    waiting.push(done)
    assign()
  }
}

const send = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
}

const serve = (): void => {
  const sum = makePool()
  listen(createServer((request, response) => {
    if (request.url === "/health/live") send(response, `{"status":"ok"}`)
    else sum((result) => send(response, `{"result":${result}}`))
  }))
}

if (isMainThread) serve()
else compute()
