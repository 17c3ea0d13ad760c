import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const retry = { attempts: 2, backoff: { kind: "constant", base: Duration.seconds(1) } } as const

export const policyPermit = PolicyDemo.make("policy-permit", [
  "A permit that is kept over pauses lets two operations that pause stop all others; given back, they run meanwhile.",
  "It harms an upstream that is down: pauses no longer slow the calls, and all of them come at once."
], [
  ...PolicyDemo.compared("helps", {
    without: { retry, concurrency: 2 },
    policy: { retry, concurrency: { limit: 2, over: "attempt" } },
    clients: 10,
    every: 0,
    upstream: ({ before }) => ({ takes: 10, fails: before < 10 })
  }),
  ...PolicyDemo.compared("harms", {
    without: { retry, concurrency: 2 },
    policy: { retry, concurrency: { limit: 2, over: "attempt" } },
    clients: 10,
    every: 0,
    upstream: ({ at }) => ({ takes: 10, fails: at < 3_000 })
  })
])
