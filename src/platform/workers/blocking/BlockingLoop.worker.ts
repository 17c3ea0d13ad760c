import { parentPort } from "node:worker_threads"
import { sumOfSquares } from "../sumOfSquares.ts"
import type { Request } from "../WorkerPool.ts"
import type { Blocking, BlockingCalls, CallName, Measured, MeasuredCalls } from "./BlockingCalls.ts"
import { blockingFiles } from "./BlockingFiles.ts"
import { blockingHttpGet } from "./blockingHttpGet.ts"

// Milliseconds. Short enough to show a block that a person would notice, long enough to cost an idle thread nothing.
const heartbeat = 10

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

const calls: Blocking = {
  ...blockingFiles,
  httpGet: blockingHttpGet,
  sleep: ({ each, times }) => {
    for (let i = 0; i < times; i++) Atomics.wait(never, 0, 0, each)
  },
  sumOfSquares: ({ n }) => sumOfSquares(n)
}

const attempt = <Name extends CallName>(
  { input, name }: Request<MeasuredCalls, Name>
): Measured<BlockingCalls[Name]["answer"]>["outcome"] => {
  try {
    return { answer: calls[name](input) }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN"
    return { error: { code, message: String(error) } }
  }
}

let lastBeat = performance.now()
let whenBeaten: ((missed: number) => void) | undefined

// @effect-diagnostics-next-line globalTimers:off: a plain thread, which runs no Effect
setInterval(() => {
  const now = performance.now()
  const missed = Math.max(0, Math.floor((now - lastBeat) / heartbeat) - 1)
  lastBeat = now
  whenBeaten?.(missed)
  whenBeaten = undefined
}, heartbeat)

parentPort?.on("message", (request: Request<MeasuredCalls>) => {
  const started = performance.now()
  const outcome = attempt(request)
  const ended = performance.now()
  const answer = (missedHeartbeats: number) =>
    parentPort?.postMessage({ outcome, blockedFor: ended - started, missedHeartbeats })
  // An overdue heartbeat runs in the event loop's next turn, and reports the number of missed ones.
  if (ended - lastBeat < heartbeat) answer(0)
  else whenBeaten = answer
})
