import { Context, Layer } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { gauge, type MetricFamily, type Sample } from "./MetricFamily.ts"

/** Upper bounds of the buckets in seconds, as OpenTelemetry's semantic conventions advise for HTTP servers. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Methods with a label of their own. A client may send any other, which would each make a series. */
const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
const otherMethod = "_OTHER"

/** Status of a client that left before its answer began, numbered as in nginx. */
const clientClosedRequest = 499

const mostStatus = 1000

interface Series {
  readonly method: string
  readonly status: number
  /** Count of each bucket alone; the last one is beyond all bounds. */
  readonly counts: Array<number>
  sum: number
}

const samplesOf = (route: string, { counts, method, status, sum }: Series): ReadonlyArray<Sample> => {
  const labels = { http_request_method: method, http_route: route, http_response_status_code: String(status) }
  let total = 0
  const buckets = counts.map((count, index): Sample => {
    total += count
    return { suffix: "_bucket", labels: { ...labels, le: String(bounds[index] ?? "+Inf") }, value: total }
  })
  return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total }]
}

/** A request, with its operation's path in the contract if known, such as `/users/:user_id`. */
interface RoutedRequest extends IncomingMessage {
  readonly route?: string | undefined
}

/** Counts the server's answers by route, method and status, under OpenTelemetry's names. */
export class RequestMetrics extends Context.Tag("barista/platform/observability/RequestMetrics")<RequestMetrics, {
  /** Counts one answer. */
  readonly observe: (route: string, method: string, status: number, seconds: number) => void
  /** Measures a request until its answer is sent or its client has left. */
  readonly begin: (request: RoutedRequest, response: ServerResponse) => void
  /** Makes the families for Prometheus; `active` is the number of requests in flight. */
  readonly families: (active: number) => ReadonlyArray<MetricFamily>
}>() {
  static readonly layer = Layer.sync(RequestMetrics, () => {
    /** Series by route, then by method and status in one number, so that a request takes two look-ups. */
    const routes = new Map<string, Map<number, Series>>()

    const seriesOf = (route: string, method: string, status: number): Series => {
      const index = methods.indexOf(method)
      const key = index * mostStatus + status
      const ofRoute = routes.get(route) ?? new Map<number, Series>()
      const known = ofRoute.get(key)
      if (known !== undefined) return known
      const series = {
        method: methods[index] ?? otherMethod,
        status,
        counts: Array<number>(bounds.length + 1).fill(0),
        sum: 0
      }
      routes.set(route, ofRoute.set(key, series))
      return series
    }

    const observe = (route: string, method: string, status: number, seconds: number): void => {
      const series = seriesOf(route, method, status)
      const found = bounds.findIndex((bound) => seconds <= bound)
      const bucket = found < 0 ? bounds.length : found
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
      series.sum += seconds
    }

    const begin = (request: RoutedRequest, response: ServerResponse): void => {
      const began = performance.now()
      response.on("close", () => {
        const status = response.headersSent ? response.statusCode : clientClosedRequest
        observe(request.route ?? "", request.method ?? "", status, (performance.now() - began) / 1000)
      })
    }

    const families = (active: number): ReadonlyArray<MetricFamily> => [
      {
        name: "http_server_request_duration_seconds",
        help:
          "Time from a request to the end of its answer. Status 499: the client left before. No route: a path outside the contract.",
        type: "histogram",
        samples: [...routes].flatMap(([route, series]) => [...series.values()].flatMap((one) => samplesOf(route, one)))
      },
      gauge("http_server_active_requests", "Requests in flight.", active)
    ]

    return { observe, begin, families }
  })
}
