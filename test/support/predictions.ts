/** Regular arrivals at a free upstream, whose figures are known: each request takes 50 ms. */
export const steady = {
  requests: 100,
  arrivals: { kind: "regular", rate: 100 },
  upstream: { service: { kind: "constant", value: "50 millis" } },
  policy: {}
} as const

/** A question to the advisor that any policy answers, with as few requests as an advice may have. */
export const easyQuestion = {
  upstream: { service: { kind: "constant", value: "50 millis" } },
  rate: 20,
  capacity: 10,
  objective: { share: 0.9, within: "1 second" },
  amplification: 2,
  idempotent: true,
  scenarios: ["healthy"],
  requests: 5_000
} as const
