import { expect, it } from "@effect/vitest"
import { counter, gauge, render } from "../../../src/platform/observability/MetricFamily.ts"

it("renders Prometheus' text format: a head for each family, values escaped, and no family without samples", () => {
  expect(render([
    counter("a_total", "Of \\ and\nso on.", [[{ path: "a\"b\\c\nd", kind: "x" }, 1.5], [{}, 1e21]]),
    gauge("empty", "Nothing.", []),
    gauge("b_seconds", "Odd ones.", [[{ is: "inf" }, Infinity], [{ is: "nan" }, NaN]])
  ])).toBe(
    `# HELP a_total Of \\\\ and\\nso on.
# TYPE a_total counter
a_total{path="a\\"b\\\\c\\nd",kind="x"} 1.5
a_total 1e+21
# HELP b_seconds Odd ones.
# TYPE b_seconds gauge
b_seconds{is="inf"} +Inf
b_seconds{is="nan"} NaN
`
  )
})
