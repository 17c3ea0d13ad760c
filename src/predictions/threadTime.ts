import { readFileSync } from "node:fs"

/**
 * Returns the processor time of the calling thread in seconds. `process.cpuUsage` counts all threads; Linux counts each
 * one. Elsewhere the time since the start stands for it, as a simulation never waits.
 */
export const threadTime = (): number => {
  try {
    const [nanos = ""] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ", 1)
    return Number(nanos) / 1e9
  } catch {
    return performance.now() / 1000
  }
}
