import { useSignal } from "@preact/signals"
import type { Report } from "../../simulation/Report.ts"
import { report as tellFailure } from "../api.ts"
import { tell } from "../frame/notices.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { AdvisorPanel } from "./AdvisorPanel.tsx"
import { Charts } from "./Charts.tsx"
import { Editor } from "./Editor.tsx"
import { Figures } from "./Figures.tsx"
import { RequestTimeline } from "./RequestTimeline.tsx"
import { RunState } from "./RunState.tsx"
import { parsed } from "./scenario.ts"
import { simulate } from "./simulate.ts"
import { Sweep } from "./Sweep.tsx"
import { useRun } from "./useRun.ts"

interface Props {
  readonly text: string
  readonly onChange: (text: string) => void
}

/** A scenario that the reader edits, runs, sweeps and shares. */
export const ScenarioPanel = ({ onChange, text }: Props) => {
  const run = useRun()
  const seeds = useSignal("1")
  const shown = useSignal<Report | undefined>(undefined)
  const scenario = parsed(text)?.scenario
  const begin = () =>
    run.start(async (onProgress, signal) => {
      const path = `/simulations?${new URLSearchParams({ seeds: seeds.value })}`
      shown.value = await simulate<Report>(path, scenario, onProgress, signal)
    })
  const share = () => {
    navigator.clipboard.writeText(location.href).then(
      () => tell("info", say("Lien copié.", "Link copied.")),
      tellFailure
    )
  }
  const refused = run.refused.value
  const isAtField = refused?.problem.errors?.some(({ loc }) => loc[0] === "body") === true
  return (
    <section class="predict-scenario" aria-label={say("Scénario", "Scenario")}>
      <h2>{say("Scénario", "Scenario")}</h2>
      <form
        class="panel predict-form"
        onSubmit={(event) => {
          event.preventDefault()
          begin()
        }}
      >
        <Editor text={text} onChange={onChange} refused={refused} />
        <div class="bar">
          <Field label={say("Graines", "Seeds")}>
            {(control) => (
              <input
                {...control}
                type="number"
                min={1}
                max={20}
                value={seeds.value}
                onInput={({ currentTarget }) => {
                  seeds.value = currentTarget.value
                }}
              />
            )}
          </Field>
          <div class="buttons">
            <Button type="submit" kind="primary" disabled={scenario === undefined || run.progress.value !== undefined}>
              {say("Simuler", "Simulate")}
            </Button>
            <Button onClick={share}>{say("Copier le lien", "Copy link")}</Button>
          </div>
        </div>
        <RunState run={run} />
      </form>
      {refused !== undefined && !isAtField && <Problem error={refused} />}
      {shown.value !== undefined && (
        <div class="predict-result">
          <Charts runs={[{ name: say("Résultat", "Result"), report: shown.value }]} />
          <Figures runs={[{ name: say("Résultat", "Result"), report: shown.value }]} />
          <p class="hint">
            {say(
              `Simulé par l'interprète même du serveur, ${shown.value.speed} requêtes virtuelles par seconde de processeur.`,
              `Simulated by the interpreter that serves, ${shown.value.speed} virtual requests per second of processor time.`
            )}
          </p>
        </div>
      )}
      <Sweep scenario={scenario} />
      <RequestTimeline scenario={scenario} />
      <AdvisorPanel scenario={scenario} />
    </section>
  )
}
