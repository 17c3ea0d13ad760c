import { useSignal } from "@preact/signals"
import type { Report } from "../../simulation/Report.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { Chart } from "./Chart.tsx"
import { Charts, type Named } from "./Charts.tsx"
import { Figures } from "./Figures.tsx"
import { RunState } from "./RunState.tsx"
import { at, nameOf, places, read, withAt } from "./scenario.ts"
import { simulate } from "./simulate.ts"
import { useRun } from "./useRun.ts"

/** Values of one sweep at most, as many as a chart can tell apart. */
const mostValues = 12

const figures = (): ReadonlyArray<readonly [title: string, of: (report: Report) => number]> => [
  [say("Succès par seconde", "Goodput per second"), ({ goodput }) => goodput],
  [
    say("Part des réussies (%)", "Share that succeeds (%)"),
    ({ requests, succeeded }) => 100 * succeeded / Math.max(1, requests)
  ],
  [say("Essais par requête", "Attempts per request"), ({ amplification }) => amplification],
  ["p50 (ms)", ({ latency }) => latency.all.p50],
  ["p95 (ms)", ({ latency }) => latency.all.p95],
  ["p99 (ms)", ({ latency }) => latency.all.p99]
]

/** One value of a scenario in several runs: a figure over it as a chart, and the runs on one axis. */
export const Sweep = ({ scenario }: { readonly scenario: unknown }) => {
  const run = useRun()
  const place = useSignal("")
  const values = useSignal("")
  const chosen = useSignal(0)
  const runs = useSignal<ReadonlyArray<Named>>([])
  const all = places(scenario)
  const path = all.find((one) => nameOf(one) === place.value)
  const list = values.value.split(",").map((one) => one.trim()).filter((one) => one !== "")
  const begin = () =>
    run.start(async (onProgress, signal) => {
      runs.value = []
      if (path === undefined) return
      for (const value of list.slice(0, mostValues)) {
        const report = await simulate<Report>(
          "/simulations",
          withAt(scenario, path, read(value)),
          onProgress,
          signal
        )
        runs.value = [...runs.value, { name: value, report }]
      }
    })
  const [title, of] = figures()[chosen.value] ?? ["", () => 0]
  return (
    <section class="panel predict-sweep" aria-label={say("Balayage", "Sweep")}>
      <h2>{say("Balayer une valeur", "Sweep a value")}</h2>
      <div class="predict-fields">
        <Field label={say("Valeur", "Value")}>
          {(control) => (
            <select
              {...control}
              value={place.value}
              onChange={({ currentTarget }) => {
                place.value = currentTarget.value
                const found = all.find((one) => nameOf(one) === currentTarget.value)
                values.value = found === undefined ? "" : String(at(scenario, found))
              }}
            >
              <option value="">{say("choisir", "choose")}</option>
              {all.map((one) => <option key={nameOf(one)} value={nameOf(one)}>{nameOf(one)}</option>)}
            </select>
          )}
        </Field>
        <Field
          label={say("Valeurs", "Values")}
          hint={say(`séparées par des virgules, ${mostValues} au plus`, `separated by commas, at most ${mostValues}`)}
        >
          {(control) => (
            <input
              {...control}
              value={values.value}
              onInput={({ currentTarget }) => {
                values.value = currentTarget.value
              }}
            />
          )}
        </Field>
        <Field label={say("Mesure", "Figure")}>
          {(control) => (
            <select
              {...control}
              value={chosen.value}
              onChange={({ currentTarget }) => {
                chosen.value = Number(currentTarget.value)
              }}
            >
              {figures().map(([name], index) => <option key={name} value={index}>{name}</option>)}
            </select>
          )}
        </Field>
      </div>
      <div class="buttons">
        <Button disabled={path === undefined || list.length < 2 || run.progress.value !== undefined} onClick={begin}>
          {say("Balayer", "Sweep")}
        </Button>
      </div>
      <RunState run={run} />
      {run.refused.value !== undefined && <Problem error={run.refused.value} />}
      {runs.value.length > 1 && (
        <>
          <Chart
            isDotted
            title={`${title}, ${place.value}`}
            lines={[{ name: title, points: runs.value.map(({ report }, index) => [index + 1, of(report)]) }]}
            labels={runs.value.map(({ name }, index) => [index + 1, name])}
          />
          <Charts runs={runs.value} />
          <Figures runs={runs.value} />
        </>
      )}
    </section>
  )
}
