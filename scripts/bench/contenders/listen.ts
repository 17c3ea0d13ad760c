import type { Server } from "node:http"

/** Listens on a free port of 127.0.0.1 and prints it. The backlog of connections is as long as the product's. */
export const listen = (server: Server): void => {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
    const address = server.address()
    process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`)
  })
}
