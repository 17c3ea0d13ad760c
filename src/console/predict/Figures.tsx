import type { Report } from "../../simulation/Report.ts"
import { say } from "../texts.ts"
import { Table } from "../widgets/Table.tsx"
import type { Named } from "./Charts.tsx"
import { figure, percent, reasonOf } from "./words.ts"

interface Row {
  readonly title: string
  readonly value: (report: Report) => string
  /** The figure whose interval is shown. */
  readonly path?: string
}

/** The requests of a run that failed for a reason, which another run may have in its place. */
const failuresOf = ({ failed }: Report, reason: string): number => {
  const counts: Readonly<Record<string, number | undefined>> = failed
  return counts[reason] ?? 0
}

const rowsOf = (runs: ReadonlyArray<Named>): ReadonlyArray<Row> => {
  const reasons = [...new Set(runs.flatMap(({ report }) => Object.keys(report.failed)))]
  const times = ["p50", "p95", "p99", "max"] as const
  return [
    { title: say("Requêtes", "Requests"), value: ({ requests }) => figure(requests) },
    {
      title: say("Réussies", "Succeeded"),
      value: ({ requests, succeeded }) => percent(succeeded, requests),
      path: "succeeded"
    },
    ...reasons.map((reason) => ({
      title: say("Échec : ", "Failed: ") + reasonOf(reason),
      value: (report: Report) => percent(failuresOf(report, reason), report.requests),
      path: `failed.${reason}`
    })),
    {
      title: say("Succès par seconde", "Goodput per second"),
      value: ({ goodput }) => figure(goodput),
      path: "goodput"
    },
    {
      title: say("Essais par requête", "Attempts per request"),
      value: ({ amplification }) => figure(amplification),
      path: "amplification"
    },
    ...times.map((time) => ({
      title: `${time} (ms)`,
      value: ({ latency }: Report) => figure(latency.all[time]),
      path: `latency.all.${time}`
    })),
    {
      title: say("Places occupées", "Places in use"),
      value: ({ upstream }) => upstream.busy === 0 ? "–" : percent(upstream.busy, 1),
      path: "upstream.busy"
    }
  ]
}

/** Counts of requests, whose intervals are shown as shares too. */
const isCount = (path: string) => path === "succeeded" || path.startsWith("failed.")

const intervalOf = (report: Report, path: string | undefined): string | undefined => {
  const interval = path === undefined ? undefined : report.intervals?.[path]
  if (interval === undefined || path === undefined) return undefined
  const factor = isCount(path) ? 100 / Math.max(1, report.requests) : path === "upstream.busy" ? 100 : 1
  return `${figure(Math.max(0, interval.low * factor))} – ${figure(interval.high * factor)}`
}

/** The figures of runs side by side, with 95 % intervals where several seeds give them. */
export const Figures = ({ runs }: { readonly runs: ReadonlyArray<Named> }) => (
  <Table<Row>
    caption={say("Chiffres de la simulation", "Figures of the simulation")}
    columns={[
      { title: say("Mesure", "Figure"), cell: ({ title }) => title },
      ...runs.map(({ name, report }) => ({
        title: name,
        isFigure: true,
        cell: ({ path, value }: Row) => {
          const interval = intervalOf(report, path)
          return (
            <>
              {value(report)}
              {interval !== undefined && (
                <>
                  {" "}
                  <span class="hint">[{interval}]</span>
                </>
              )}
            </>
          )
        }
      }))
    ]}
    rows={rowsOf(runs)}
    keyOf={({ title }) => title}
    empty=""
  />
)
