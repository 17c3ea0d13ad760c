import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads"
import { workerFile } from "../entry.ts"
import type { BlockingCalls, HttpAnswer, HttpFailure, HttpRequest } from "./BlockingCalls.ts"
import type { HttpHelper } from "./HttpGet.worker.ts"

// The helper keeps the time limit itself; this is how much longer it may take to start, or to answer, before it is given up.
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
 * A GET that blocks the calling thread until the answer is there, as Python's `requests` does: a thread nested below it makes the
 * request meanwhile. The nested thread stays for the next call, and ends with this one.
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
