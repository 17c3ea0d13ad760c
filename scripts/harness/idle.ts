// A node:http server that only answers and is otherwise idle: what the machine itself adds to a latency. Prints its port.
import { createServer } from "node:http"

const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" })
  response.end(`{"status":"ok"}`)
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`)
})
