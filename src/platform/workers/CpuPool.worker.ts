import { getPriority, setPriority } from "node:os"
import { parentPort } from "node:worker_threads"
import type { CpuCalls } from "./CpuPool.ts"
import { sumOfSquares } from "./sumOfSquares.ts"
import type { Request } from "./WorkerThread.ts"

// Computations yield the cores to the server's loop (p99 of its delay 3 ms instead of 5, two cores, eight computations asked for). On
// Linux a priority is a thread's own, elsewhere it would slow the whole process. Raising one again is not permitted, hence the maximum.
if (process.platform === "linux") setPriority(Math.max(getPriority(), 10))

parentPort?.on("message", ({ input }: Request<CpuCalls>) => parentPort?.postMessage(sumOfSquares(input.n)))
