import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads"
import { workerFile } from "../entry.ts"
import type { BlockingCalls, HttpAnswer, HttpFailure, HttpRequest } from "./BlockingCalls.ts"
import type { HttpHelper } from "./HttpGet.worker.ts"

// Milliseconds beyond the timeout, which the helper enforces itself, before a late helper is given up.
const grace = 5_000

const startHelper = () => {
  const { port1, port2 } = new MessageChannel()
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const workerData: HttpHelper = { port: port2, answered }
  const worker = new Worker(workerFile("HttpGet"), { workerData, transferList: [port2], name: "HTTP GET" })
  return { worker, port: port1, answered }
}

let helper: ReturnType<typeof startHelper> | undefined

/**
 * Sends a GET and blocks the calling thread until the answer arrives, as Python's `requests` does. A nested thread
 * makes the request meanwhile, stays for the next call, and ends with its parent.
 */
export const blockingHttpGet = (request: HttpRequest): BlockingCalls["httpGet"]["answer"] => {
  helper ??= startHelper()
  const { answered, port, worker } = helper
  Atomics.store(answered, 0, 0)
  port.postMessage(request)
  Atomics.wait(answered, 0, 0, request.timeout + grace)
  const received: { message: HttpAnswer | HttpFailure } | undefined = receiveMessageOnPort(port)
  if (received !== undefined) return received.message
  helper = undefined
  void worker.terminate()
  return { kind: "timeout" }
}
