import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const policy = { rateLimit: { permits: 10, per: Duration.seconds(1), burst: 1, maxWait: Duration.seconds(1) } }

export const policyRate = PolicyDemo.make("policy-rate", [
  "An upstream takes one call per 100 ms and fails the others: a rate limit that makes clients wait serves all ten.",
  "It harms a burst that the upstream could take: clients wait for nothing, and beyond a second they are refused."
], [
  ...PolicyDemo.compared("helps", {
    policy,
    clients: 10,
    every: 0,
    upstream: ({ inFlight }) => ({ takes: 99, fails: inFlight > 1 })
  }),
  ...PolicyDemo.compared("harms", { policy, clients: 20, every: 0, upstream: () => ({ takes: 10 }) })
])
