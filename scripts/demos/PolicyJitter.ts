import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const retry = { attempts: 4, backoff: { kind: "constant", base: Duration.seconds(1) } } as const
const twice = { ...retry, attempts: 2 } as const

export const policyJitter = PolicyDemo.make("policy-jitter", [
  "Thirty clients fail together at an upstream that takes five at once; jitter spreads their returns.",
  "It harms where the upstream is back after a second: full jitter comes too early, and has used up its attempts."
], [
  ...PolicyDemo.compared("helps", {
    without: { retry },
    policy: { retry: { ...retry, jitter: "full" } },
    clients: 30,
    every: 0,
    upstream: ({ inFlight }) => ({ takes: 50, fails: inFlight > 5 })
  }),
  ...PolicyDemo.compared("harms", {
    without: { retry: twice },
    policy: { retry: { ...twice, jitter: "full" } },
    clients: 10,
    every: 0,
    upstream: ({ at }) => ({ takes: 10, fails: at < 1_000 })
  })
])
