import { getPriority, setPriority } from "node:os"
import { parentPort } from "node:worker_threads"
import type { CpuCalls } from "./CpuPool.ts"
import { sumOfSquares } from "./sumOfSquares.ts"
import type { Request } from "./WorkerThread.ts"

// Computations yield the cores to the server's loop (its p99 halves). On Linux a priority is a thread's own; elsewhere it would slow the whole
// process. It may only ever be lowered: raising it again is not permitted.
if (process.platform === "linux") setPriority(Math.max(getPriority(), 10))

parentPort?.on("message", ({ input }: Request<CpuCalls>) => parentPort?.postMessage(sumOfSquares(input.n)))
