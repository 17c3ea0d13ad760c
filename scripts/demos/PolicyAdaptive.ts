import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const adaptive = {
  adaptive: "aimd",
  initial: 20,
  min: 1,
  max: 50,
  slowerThan: Duration.millis(200)
} as const

export const policyAdaptive = PolicyDemo.make("policy-adaptive", [
  "An upstream slows down by the square of its calls beyond four in flight: the limit falls until answers are fast.",
  "It harms calls that are slow by nature: the limit falls to its least, and they stand in line for nothing."
], [
  ...PolicyDemo.compared("helps", {
    without: { concurrency: { limit: 20, over: "attempt" } },
    policy: { concurrency: { limit: adaptive, over: "attempt" } },
    clients: 200,
    every: 0,
    upstream: ({ inFlight }) => ({ takes: 100 * Math.max(1, inFlight / 4) ** 2 })
  }),
  ...PolicyDemo.compared("harms", {
    without: { concurrency: { limit: 20, over: "attempt" } },
    policy: { concurrency: { limit: adaptive, over: "attempt" } },
    clients: 60,
    every: 0,
    upstream: () => ({ takes: 300 })
  })
])
