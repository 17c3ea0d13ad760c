import { Duration } from "effect"
import * as PolicyDemo from "./stage/PolicyDemo.ts"

const policy = { hedge: { after: Duration.millis(50) } }

export const policyHedge = PolicyDemo.make("policy-hedge", [
  "Every tenth call takes a second, the others 20 ms: a copy after 50 ms answers for the slow ones.",
  "It harms an upstream that is busy and works on for nobody: copies stand in its queue before the calls of others."
], [
  ...PolicyDemo.compared("helps", {
    policy,
    clients: 50,
    every: 100,
    upstream: ({ before }) => ({ takes: before % 10 === 5 ? 1_000 : 20 })
  }),
  ...PolicyDemo.compared("harms", {
    policy,
    clients: 30,
    every: 60,
    upstream: () => ({ takes: 100 }),
    places: 2
  })
])
