// A thread for the tests of the machinery, with its calls by name.
import { parentPort, threadId } from "node:worker_threads"

/** @type {Array<string>} */
const echoed = []

/** @type {Record<string, (input: any) => void>} */
const calls = {
  echo: (input) => {
    echoed.push(input)
    parentPort?.postMessage(input)
  },
  echoed: () => parentPort?.postMessage([...echoed]),
  threadId: () => parentPort?.postMessage(threadId),
  crash: () => {
    throw new Error("boom")
  },
  exit: () => process.exit(7),
  /** Reports that it runs, then blocks forever unless `release` is set. */
  hold: ({ release, running }) => {
    running?.postMessage("running")
    Atomics.wait(release, 0, 0)
    parentPort?.postMessage(undefined)
  }
}

parentPort?.on("message", ({ input, name }) => calls[name]?.(input))
