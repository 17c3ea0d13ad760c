import { duration, integer } from "./Setting.ts"

/** Bounds of simulations that clients ask for. */
export const predictions = {
  simulationWorkers: integer("SIMULATION_WORKERS", 1, [1, 64], "threads", "Worker threads that run simulations"),
  simulationQueue: integer(
    "SIMULATION_QUEUE",
    16,
    [1, 10_000],
    "runs",
    "Runs that wait for such a thread; beyond it 503"
  ),
  simulationMaxRequests: integer(
    "SIMULATION_MAX_REQUESTS",
    2_000_000,
    [1, 100_000_000],
    "requests",
    "Requests of a simulation, all seeds together; beyond it 422"
  ),
  simulationTimeout: duration(
    "SIMULATION_TIMEOUT",
    "2 minutes",
    ["1 second", "1 hour"],
    "Duration of a simulation, its wait for a thread included; beyond it 504"
  )
}
