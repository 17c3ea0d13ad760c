import { duration, integer } from "./Setting.ts"

/** The limits on experiments of the Lab. */
export const lab = {
  labExperiments: integer(
    "LAB_EXPERIMENTS",
    4,
    [0, 64],
    "experiments",
    "Experiments of the Lab at once, each with threads or a database of its own, and as many predictions; beyond it 503. 0 allows none"
  ),
  labTimeout: duration(
    "LAB_TIMEOUT",
    "30 seconds",
    ["1 second", "10 minutes"],
    "Time of an experiment of the Lab; then it is interrupted"
  )
}
