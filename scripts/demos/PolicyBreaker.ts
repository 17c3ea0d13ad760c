import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const breaker = { failures: 3, openFor: Duration.seconds(5) } as const

export const policyBreaker = PolicyDemo.make("policy-breaker", [
  "Clients of a silent upstream each wait for their timeout; once a breaker is open, the others are refused at once.",
  "It harms where one of two partitions is down: the breaker opens for the clients of the other one too."
], [
  ...PolicyDemo.compared("helps", {
    without: { attemptTimeout: Duration.seconds(1) },
    policy: { attemptTimeout: Duration.seconds(1), breaker },
    clients: 30,
    every: 100,
    upstream: () => ({ takes: 60_000 })
  }),
  ...PolicyDemo.compared("harms", {
    policy: { breaker },
    clients: 40,
    every: 100,
    // four of five clients in turn call the partition that is down, then one of the other
    upstream: ({ client }) => ({ takes: 10, fails: client % 5 !== 4 })
  })
])
