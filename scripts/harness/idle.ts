// An idle node:http server, whose latency is the machine's own share. Prints its port.
import { createServer } from "node:http"

const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" })
  response.end(`{"status":"ok"}`)
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`)
})
