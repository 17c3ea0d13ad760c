import { type Signal, signal, useSignal } from "@preact/signals"
import type { Timeline } from "../../timeline/Timeline.ts"
import { askJson } from "../api.ts"
import { TimelineView } from "../components/TimelineView.tsx"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { useRun } from "./useRun.ts"

/** One request of the scenario as a timeline in virtual time. */
export const RequestTimeline = ({ scenario }: { readonly scenario: unknown }) => {
  const run = useRun()
  const number = useSignal("0")
  const shown = useSignal<Signal<Timeline> | undefined>(undefined)
  const begin = () =>
    run.start(async (_, signalOfRun) => {
      shown.value = undefined
      const path = `/simulations?${new URLSearchParams({ request: number.value })}`
      const timeline = await askJson<Timeline>(path, { method: "POST", body: scenario, signal: signalOfRun })
      shown.value = signal(timeline)
    })
  const timeline = shown.value
  return (
    <section class="panel predict-request" aria-label={say("Une requête simulée", "A simulated request")}>
      <h2>{say("Une requête, en temps virtuel", "One request, in virtual time")}</h2>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          begin()
        }}
      >
        <Field label={say("Numéro, à partir de 0", "Number, from 0")}>
          {(control) => (
            <input
              {...control}
              type="number"
              min={0}
              value={number.value}
              onInput={({ currentTarget }) => {
                number.value = currentTarget.value
              }}
            />
          )}
        </Field>
        <Button type="submit">{say("Voir sa chronologie", "Show its timeline")}</Button>
      </form>
      {run.refused.value !== undefined && <Problem error={run.refused.value} />}
      {timeline !== undefined && <TimelineView key={timeline.value.id} timeline={timeline} />}
    </section>
  )
}
