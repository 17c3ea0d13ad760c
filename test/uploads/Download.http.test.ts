import { expect, layer } from "@effect/vitest"
import { Effect, Runtime } from "effect"
import { readdir, truncate } from "node:fs/promises"
import * as Net from "node:net"
import { join } from "node:path"
import { file, form, multipart } from "../platform/files/forms.ts"
import { onDialect } from "../support/dialect.ts"
import { TestServer } from "../support/TestServer.ts"

const mebibyte = 1_048_576
/** A size that exceeds the socket buffers of both sides. */
const size = 32 * mebibyte

layer(TestServer.layer(), { excludeTestServices: true })("a download", (it) => {
  it.effect("whose file is truncated meanwhile is cut off, and no later answer is taken for its rest", () =>
    Effect.gen(function*() {
      const { beside, dataDir, port, send } = yield* TestServer
      const body = form(file("large.bin", Buffer.alloc(size)))
      const sent = yield* send("POST", "/upload-async", { headers: { "content-type": multipart }, body })
      expect(sent.status).toBe(200)
      const runtime = yield* Effect.runtime()
      const { received, text } = yield* Effect.async<{ readonly received: number; readonly text: string }>((resume) => {
        const client = Net.connect(port, "127.0.0.1")
        const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
        let received = 0
        let text = ""
        client.on("data", (chunk) => {
          received += chunk.length
          text += chunk.toString("latin1").replaceAll("\0", "")
        })
        client.once("data", () => {
          client.pause()
          const inFolder = async () => {
            const files = join(dataDir, "uploads")
            for (const name of await readdir(files)) await truncate(join(files, name), mebibyte)
          }
          const cut = onDialect({
            sqlite: Effect.promise(inFolder),
            postgres: beside("DELETE FROM file_chunks WHERE number > 1")
          })
          void Runtime.runPromise(runtime)(cut).then(() => client.resume())
        })
        client.on("error", () => undefined).on("close", () => resume(Effect.succeed({ received, text })))
        client.write(ask("/uploads/1") + ask("/health/live"))
        return Effect.sync(() => client.destroy())
      })
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
      expect(text).toContain(`content-length: ${size}`)
      expect(received).toBeLessThan(size)
      expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
    }))
})
