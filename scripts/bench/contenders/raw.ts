// The routes without a database on node:http alone. Prints its port.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { item, order, type Result } from "./decoding/raw.ts"
import { listen } from "./listen.ts"

const mostBytes = 1_048_576
const sleepMilliseconds = 3000

const send = (response: ServerResponse, status: number, answer: unknown): void => {
  const body = JSON.stringify(answer)
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
  response.end(body)
}

const sendResult = (response: ServerResponse, result: Result): void =>
  "answer" in result ? send(response, 200, result.answer) : send(response, 422, { status: 422, errors: result.issues })

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readJson = (request: IncomingMessage, response: ServerResponse, use: (body: unknown) => void): void => {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return send(response, 415, { status: 415 })
  const chunks: Array<Buffer> = []
  let size = 0
  request.on("data", (chunk: Buffer) => {
    size += chunk.length
    if (size <= mostBytes) chunks.push(chunk)
  })
  request.on("end", () => {
    if (size > mostBytes) return send(response, 413, { status: 413 })
    const [first, ...others] = chunks
    const body = parsed((others.length === 0 && first !== undefined ? first : Buffer.concat(chunks)).toString())
    if (body === undefined) send(response, 400, { status: 400 })
    else use(body)
  })
}

const trivial = "/health/live"

const server = createServer((request, response) => {
  const { method, url = "/" } = request
  if (method === "GET" && url === trivial) return send(response, 200, { status: "ok" })
  const [pathname = "", query = ""] = url.split("?", 2)
  if (method === "GET" && pathname.startsWith("/items/")) {
    return sendResult(response, item(pathname.slice("/items/".length), new URLSearchParams(query)))
  }
  if (method === "POST" && pathname === "/orders") {
    return readJson(request, response, (body) => sendResult(response, order(body)))
  }
  if (method === "GET" && pathname === "/async-slow") {
    // @effect-diagnostics-next-line globalTimers:off
    setTimeout(() => send(response, 200, { message: "Traitement async terminé" }), sleepMilliseconds)
    return
  }
  send(response, 404, { status: 404 })
})

listen(server)
