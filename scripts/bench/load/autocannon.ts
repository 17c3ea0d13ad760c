import autocannon from "autocannon"
import { Effect } from "effect"
import type { Answers, Load } from "./Load.ts"

/** The same load by autocannon, where wrk is not installed: being a node process itself, it hides a part of the differences. */
export const run = ({ connections, port, requests, seconds }: Load): Effect.Effect<Answers> => {
  let next = 0
  return Effect.map(
    Effect.promise(() =>
      autocannon({
        url: `http://127.0.0.1:${port}`,
        connections,
        duration: seconds,
        requests: [{
          setupRequest: (request) => {
            const { body, method, path } = requests[next++ % requests.length] ?? { method: "GET", path: "/" }
            return {
              ...request,
              method,
              path,
              ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } })
            }
          }
        }]
      })
    ),
    ({ "2xx": good, duration, errors, latency, non2xx }) => ({
      rate: good / duration,
      failed: non2xx + errors,
      p50: latency.p50,
      p99: latency.p99
    })
  )
}
