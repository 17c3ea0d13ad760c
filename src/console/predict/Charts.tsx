import type { Report } from "../../simulation/Report.ts"
import type { Series } from "../../simulation/Series.ts"
import { say } from "../texts.ts"
import { Chart, type Line, ticksOf } from "./Chart.tsx"

/** A report and the name under which it is shown. */
export interface Named {
  readonly name: string
  readonly report: Report
}

/** Points of a line at most; more are narrower than a pixel. */
const mostPoints = 400

const levels: ReadonlySet<keyof Series> = new Set(["in_flight", "queue"])

const line = (name: string, { series }: Report, of: Exclude<keyof Series, "step">): Line => {
  const values = series[of]
  const group = Math.ceil(values.length / mostPoints)
  const share = levels.has(of) ? 1 : series.step
  return {
    name,
    points: Array.from({ length: Math.ceil(values.length / group) }, (_, index) => {
      const some = values.slice(index * group, (index + 1) * group)
      return [(index + 0.5) * group * series.step, some.reduce((sum, one) => sum + one, 0) / some.length / share]
    })
  }
}

const seconds = (named: ReadonlyArray<Named>) =>
  ticksOf(Math.max(1, ...named.map(({ report: { series } }) => series.arrivals.length * series.step)))
    .map((tick) => [tick, `${tick} s`] as const)

/** One run over virtual time, or several runs on one axis. */
export const Charts = ({ runs }: { readonly runs: ReadonlyArray<Named> }) => {
  const labels = seconds(runs)
  const [first, ...others] = runs
  if (first === undefined) return null
  const { report } = first
  const charts: ReadonlyArray<readonly [title: string, lines: ReadonlyArray<Line>]> = others.length === 0
    ? [
      [say("Par seconde", "Per second"), [
        line(say("arrivées", "arrivals"), report, "arrivals"),
        line(say("essais", "attempts"), report, "attempts"),
        line(say("succès", "goodput"), report, "goodput")
      ]],
      [say("À la fois", "At once"), [
        line(say("requêtes en cours", "requests in flight"), report, "in_flight"),
        line(say("essais dans la file", "attempts in the queue"), report, "queue")
      ]]
    ]
    : [
      [
        say("Succès par seconde", "Goodput per second"),
        runs.map(({ name, report: one }) => line(name, one, "goodput"))
      ],
      [
        say("Essais par seconde", "Attempts per second"),
        runs.map(({ name, report: one }) => line(name, one, "attempts"))
      ],
      [
        say("Requêtes en cours", "Requests in flight"),
        runs.map(({ name, report: one }) => line(name, one, "in_flight"))
      ]
    ]
  return (
    <div class="charts">
      {charts.map(([title, lines]) => <Chart key={title} title={title} lines={lines} labels={labels} />)}
    </div>
  )
}
