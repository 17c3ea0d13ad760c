import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const concurrency = { limit: 1, queue: 4, maxWait: Duration.seconds(1) } as const
const upstream = () => ({ takes: 100 })

export const policyQueue = PolicyDemo.make("policy-queue", [
  "Twice as many clients as can be served: without a bound all wait, and nearly all in vain; a queue of 4 serves half.",
  "It harms a short burst of patient clients, whom the unbounded queue serves one and all."
], [
  ...PolicyDemo.compared("helps", {
    without: { concurrency: 1 },
    policy: { concurrency },
    clients: 60,
    every: 50,
    upstream,
    patience: 600
  }),
  ...PolicyDemo.compared("harms", {
    without: { concurrency: 1 },
    policy: { concurrency },
    clients: 20,
    every: 0,
    upstream,
    patience: 5_000
  })
])
