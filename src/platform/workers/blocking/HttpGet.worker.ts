import http from "node:http"
import https from "node:https"
import { type MessagePort, workerData } from "node:worker_threads"
import { CodingFailed, decoded } from "../../upstream/contentCoding.ts"
import type { HttpAnswer, HttpFailure, HttpRequest } from "./BlockingCalls.ts"

/**
 * Objects shared with the waiting thread. Requests and answers go through `port`; `answered` is set to 1 after each
 * answer.
 */
export interface HttpHelper {
  readonly port: MessagePort
  readonly answered: Int32Array<SharedArrayBuffer>
}

// Bytes. Larger than any JSON of the handbook's calls, since the whole answer is held in memory.
const largestBody = 1024 * 1024

const get = ({ timeout, url }: HttpRequest) =>
  new Promise<HttpAnswer | HttpFailure>((resolve) => {
    const signal = AbortSignal.timeout(Math.ceil(timeout))
    const failed = () => resolve({ kind: signal.aborted ? "timeout" : "connection" })
    const options = { signal, agent: false, headers: { accept: "application/json", "accept-encoding": "identity" } }
    const request = (url.startsWith("https:") ? https : http).get(url, options, (response) => {
      const chunks: Array<Buffer> = []
      let size = 0
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size <= largestBody) return
        resolve({ kind: "too large" })
        request.destroy()
      })
      response.on("end", () =>
        decoded(Buffer.concat(chunks), response.headers["content-encoding"] ?? "", largestBody).then(
          (body) =>
            resolve({ status: response.statusCode ?? 0, body }),
          (error) =>
            resolve({ kind: error instanceof CodingFailed && error.code === "too-large" ? "too large" : "bad coding" })
        ))
      response.on("error", failed)
    })
    request.on("error", failed)
  })

const { answered, port }: HttpHelper = workerData

port.on("message", async (request: HttpRequest) => {
  // Posted first, signalled second, so that the waiting thread finds the answer when it wakes.
  port.postMessage(await get(request).catch((): HttpFailure => ({ kind: "connection" })))
  Atomics.store(answered, 0, 1)
  Atomics.notify(answered, 0)
})
