import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const retry = { attempts: 4, backoff: { kind: "constant", base: Duration.millis(100) } } as const
const policy = { retry: { ...retry, budget: { ratio: 0.1, burst: 10 } } }

export const policyBudget = PolicyDemo.make("policy-budget", [
  "An upstream that is down gets four calls a request from retries, and little more than one from retries on a budget.",
  "It harms in a short fault: the budget is spent before all clients have had the one retry that would serve them."
], [
  ...PolicyDemo.compared("helps", {
    without: { retry },
    policy,
    clients: 100,
    every: 10,
    upstream: () => ({ takes: 10, fails: true })
  }),
  ...PolicyDemo.compared("harms", {
    without: { retry },
    policy,
    clients: 30,
    every: 1,
    upstream: ({ at }) => ({ takes: 10, fails: at < 50 })
  })
])
