import * as Theory from "../../src/simulation/theory.ts"
import { type Oracle, queueError, shareError } from "./Oracle.ts"

const milli = 1000

const exponential = { kind: "exponential", mean: "100 millis" } as const

const tenServers = { servers: 10, rate: 80, mean: 0.1 }

const erlangC: Oracle = {
  name: "M/M/10, rate 80",
  source: "Erlang C",
  requests: { full: 2_600_000, test: 15_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: tenServers.rate },
    upstream: { servers: tenServers.servers, service: exponential },
    policy: {}
  }),
  compare: ({ latency, requests, upstream }) => [
    {
      figure: "share that waits",
      expected: Theory.erlangC(tenServers),
      got: upstream.waited,
      tolerance: queueError(Theory.erlangC(tenServers), 0.015, requests)
    },
    {
      figure: "mean wait, ms",
      expected: Theory.meanWait(tenServers) * milli,
      got: upstream.wait.mean,
      tolerance: queueError(Theory.meanWait(tenServers) * milli, 0.035, requests)
    },
    ...([["p50", 0.5, 0.008], ["p95", 0.95, 0.01], ["p99", 0.99, 0.015]] as const).map(([name, p, error]) => ({
      figure: `${name} of the time, ms`,
      expected: Theory.quantile(tenServers, p) * milli,
      got: latency.all[name],
      tolerance: queueError(Theory.quantile(tenServers, p) * milli, error, requests)
    }))
  ]
}

const oneServer = { servers: 1, rate: 8, mean: 0.1 }

const pollaczekKhinchine = (kind: "constant" | "exponential", variation: number): Oracle => ({
  name: `M/${kind === "constant" ? "D" : "M"}/1, rate 8`,
  source: "Pollaczek-Khinchine",
  requests: { full: 2_000_000, test: 15_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: oneServer.rate },
    upstream: { servers: 1, service: kind === "constant" ? { kind, value: "100 millis" } : exponential },
    policy: {}
  }),
  compare: ({ requests, upstream }) => {
    const expected = Theory.pollaczekKhinchine(oneServer, variation) * milli
    return [{
      figure: "mean wait, ms",
      expected,
      got: upstream.wait.mean,
      tolerance: queueError(expected, 0.06, requests)
    }]
  }
})

const crowded = { servers: 10, rate: 120, mean: 0.1 }

const boundedQueue: Oracle = {
  name: "M/M/10 with 20 that may wait, rate 120",
  source: "M/M/c/K",
  requests: { full: 500_000, test: 15_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: crowded.rate },
    upstream: { servers: crowded.servers, service: exponential, queue: { limit: 20 } },
    policy: {}
  }),
  compare: ({ latency, requests, upstream }) => {
    const { refused, time } = Theory.bounded(crowded, 20)
    return [
      {
        figure: "share refused",
        expected: refused,
        got: upstream.refused / upstream.arrived,
        tolerance: queueError(refused, 0.014, requests)
      },
      {
        figure: "mean time of the others, ms",
        expected: time * milli,
        got: latency.succeeded.mean,
        tolerance: queueError(time * milli, 0.01, requests)
      }
    ]
  }
}

const impatient = { servers: 1, rate: 9, mean: 0.1 }

const timeoutThatRunsOn: Oracle = {
  name: "M/M/1, rate 9, timeout 1 s, abandoned work runs on",
  source: "the time in M/M/1 is exponential",
  requests: { full: 1_000_000, test: 15_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: impatient.rate },
    upstream: { servers: 1, service: exponential, abandoned: "runs on" },
    policy: { timeout: "1 second" }
  }),
  compare: ({ requests, succeeded }) => {
    const expected = 1 - Theory.tail(impatient, 1)
    return [{
      figure: "share that succeeds",
      expected,
      got: succeeded / requests,
      tolerance: queueError(expected, 0.03, requests)
    }]
  }
}

const independentRetries: Oracle = {
  name: "3 attempts, each fails with 0.3",
  source: "geometric series",
  requests: { full: 100_000, test: 10_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: 100 },
    upstream: { service: { kind: "constant", value: "10 millis" }, failure: 0.3 },
    policy: { retry: { attempts: 3, backoff: { kind: "constant", base: "10 millis" } } }
  }),
  compare: ({ amplification, requests, succeeded }) => {
    const { failed, made } = Theory.retries(0.3, 3)
    // the variance of the number of attempts: 1, 2 or 3 with 0.7, 0.21, 0.09
    const deviation = Math.sqrt(0.7 + 4 * 0.21 + 9 * 0.09 - made ** 2)
    return [
      {
        figure: "attempts a request",
        expected: made,
        got: amplification,
        tolerance: 4 * deviation / Math.sqrt(requests)
      },
      {
        figure: "share that fails",
        expected: failed,
        got: 1 - succeeded / requests,
        tolerance: shareError(failed, requests)
      }
    ]
  }
}

const belowTheMedian: Oracle = {
  name: "timeout of 50 ms below the median of 69 ms, 3 attempts",
  source: "geometric series with 1 - p = 1 - e^(-1/2)",
  requests: { full: 200_000, test: 10_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: 100 },
    upstream: { service: exponential },
    policy: { attemptTimeout: "50 millis", retry: { attempts: 3, backoff: { kind: "constant", base: "0 millis" } } }
  }),
  compare: ({ amplification, requests, succeeded }) => {
    const missed = Math.exp(-0.5)
    const { failed, made } = Theory.retries(missed, 3)
    const deviation = Math.sqrt((1 - missed) + 4 * missed * (1 - missed) + 9 * missed ** 2 - made ** 2)
    return [
      {
        figure: "share that succeeds",
        expected: 1 - failed,
        got: succeeded / requests,
        tolerance: shareError(failed, requests)
      },
      {
        figure: "attempts a request",
        expected: made,
        got: amplification,
        tolerance: 4 * deviation / Math.sqrt(requests)
      }
    ]
  }
}

const fullJitter: Oracle = {
  name: "pauses of full jitter, 5 s then 10 s, all attempts fail",
  source: "sum of uniform distributions",
  requests: { full: 100_000, test: 10_000 },
  scenario: (requests) => ({
    seed: 1,
    requests,
    arrivals: { kind: "poisson", rate: 100 },
    upstream: { service: { kind: "constant", value: "0 millis" }, failure: 1 },
    policy: { retry: { attempts: 3, backoff: { kind: "exponential", base: "5 seconds" }, jitter: "full" } }
  }),
  compare: ({ latency, requests }) => {
    // 0 to 5 s and 0 to 10 s: mean 7.5 s, variance (25 + 100) / 12
    const [mean, deviation] = [7_500, Math.sqrt((5_000 ** 2 + 10_000 ** 2) / 12)]
    return [{
      figure: "mean pause, ms",
      expected: mean,
      got: latency.all.mean,
      tolerance: 4 * deviation / Math.sqrt(requests)
    }]
  }
}

const coordinatedOmission: Oracle = {
  name: "regular 100/s for 200 s, service frozen from 100 to 200 s",
  source: "G. Tene, coordinated omission",
  requests: { full: 20_000, test: 20_000 },
  scenario: () => ({
    seed: 1,
    duration: "200 seconds",
    arrivals: { kind: "regular", rate: 100 },
    upstream: {
      service: { kind: "constant", value: "1 milli" },
      faults: [{ from: "100 seconds", to: "200 seconds", frozen: true }]
    },
    policy: {}
  }),
  compare: ({ latency: { all } }) => [
    { figure: "p50, ms", expected: 1, got: all.p50, tolerance: 0 },
    // one arrival lies 10 ms from the next, and each takes its millisecond besides
    { figure: "mean, ms", expected: 25_000, got: all.mean, tolerance: 11 },
    { figure: "p99, ms", expected: 98_000, got: all.p99, tolerance: 11 }
  ]
}

/** Every scenario whose figures are known. */
export const oracles: ReadonlyArray<Oracle> = [
  erlangC,
  pollaczekKhinchine("constant", 0),
  pollaczekKhinchine("exponential", 1),
  boundedQueue,
  timeoutThatRunsOn,
  independentRetries,
  belowTheMedian,
  fullJitter,
  coordinatedOmission
]
