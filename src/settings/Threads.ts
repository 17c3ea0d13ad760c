import { integer } from "./Setting.ts"

/** The worker threads and the limits on their queues. */
export const threads = {
  blockingQueue: integer(
    "BLOCKING_QUEUE",
    64,
    [1, 10_000],
    "calls",
    "Calls that wait for or run on the sacrificial event loop; beyond it 503"
  ),
  cpuWorkers: integer("CPU_WORKERS", 2, [1, 64], "threads", "Worker threads of the CPU pool"),
  cpuQueue: integer(
    "CPU_QUEUE",
    64,
    [1, 10_000],
    "computations",
    "Computations waiting for a CPU worker; beyond it 503"
  )
}
