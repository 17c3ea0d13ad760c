import { expect, it } from "@effect/vitest"
import { linksOf, timelineIn } from "../../src/console/action/links.ts"
import { countsOf } from "../../src/console/live/counts.ts"

it("metrics tell how many requests were answered, and how many recorded", () => {
  const metrics = [
    "# TYPE http_server_request_duration_seconds histogram",
    "http_server_request_duration_seconds_count{http_route=\"/users\",http_response_status_code=\"200\"} 40",
    "http_server_request_duration_seconds_count{http_route=\"/jobs\",http_response_status_code=\"200\"} 2",
    "http_server_request_duration_seconds_sum{http_route=\"/jobs\",http_response_status_code=\"200\"} 7",
    "barista_timelines_recorded_total{kind=\"request\"} 5",
    "barista_timelines_recorded_total{kind=\"job\"} 3",
    "barista_timelines_removed_total 1"
  ].join("\n")
  expect(countsOf(metrics)).toEqual({ requests: 42, recorded: 5, removed: 1 })
  expect(countsOf("")).toEqual({ requests: 0, recorded: 0, removed: 0 })
})

it("a Link header names the next page and the timeline, in any order", () => {
  const id = "0af7651916cd43dd8448eb211c80319c"
  const header = `</jobs?limit=2&after=3>; rel="next", </timelines/${id}>; rel="describedby"`
  expect([...linksOf(header)]).toEqual([["next", "/jobs?limit=2&after=3"], ["describedby", `/timelines/${id}`]])
  expect(timelineIn(header)).toBe(id)
  expect(timelineIn(`</timelines/x>; rel="describedby"`)).toBeUndefined()
  expect([timelineIn(null), linksOf("nonsense").size]).toEqual([undefined, 0])
})
