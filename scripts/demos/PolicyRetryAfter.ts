import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const retry = { attempts: 3, backoff: { kind: "constant", base: Duration.millis(500) } } as const
const timeout = Duration.seconds(10)

export const policyRetryAfter = PolicyDemo.make("policy-retry-after", [
  "An upstream asks to wait 3 s, and is back then: the policy that ignores it has given up by that time.",
  "It harms where the upstream asks for 30 s and is back after one: the wait is beyond the timeout."
], [
  ...PolicyDemo.compared("helps", {
    without: { timeout, retry: { ...retry, retryAfter: "ignore" } },
    policy: { timeout, retry },
    clients: 5,
    every: 0,
    upstream: ({ at }) => ({ takes: 10, fails: at < 3_000, retryAfter: Duration.seconds(3) })
  }),
  ...PolicyDemo.compared("harms", {
    without: { timeout, retry: { ...retry, retryAfter: "ignore" } },
    policy: { timeout, retry },
    clients: 5,
    every: 0,
    upstream: ({ at }) => ({ takes: 10, fails: at < 1_000, retryAfter: Duration.seconds(30) })
  })
])
