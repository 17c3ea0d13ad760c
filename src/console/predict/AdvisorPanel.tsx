import { useSignal } from "@preact/signals"
import type { Advice as Advised } from "../../simulation/advisor/Advice.ts"
import { language, say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Field } from "../widgets/Field.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { Status } from "../widgets/Status.tsx"
import { Table } from "../widgets/Table.tsx"
import { RunState } from "./RunState.tsx"
import { at, nameOf, parsed, written } from "./scenario.ts"
import { simulate } from "./simulate.ts"
import { useRun } from "./useRun.ts"
import { figure } from "./words.ts"

/** The answer of `POST /advice`. */
type Advice = typeof Advised.Encoded

type Evidence = Advice["evidence"][number]

/** The question that a scenario suggests: its upstream, rate and policy, and an objective to change. */
const suggested = (scenario: unknown): unknown => {
  const servers = at(scenario, ["upstream", "servers"])
  return {
    upstream: { service: at(scenario, ["upstream", "service"]) },
    rate: at(scenario, ["arrivals", "rate"]) ?? 50,
    ...(servers === undefined ? {} : { capacity: servers }),
    objective: { share: 0.99, within: "1 second" },
    amplification: 1.5,
    idempotent: true,
    current: at(scenario, ["policy"]),
    requests: 100_000
  }
}

const share = ({ share: { high, low } }: Evidence["advised"]) => `${figure(100 * low)} – ${figure(100 * high)} %`

const Answer = ({ advice }: { readonly advice: Advice }) => (
  <>
    <p>
      <strong>{advice.sentence[language.value]}</strong>
    </p>
    <pre class="lab-text">{written(advice.policy)}</pre>
    <Table<Evidence>
      caption={say("Preuves", "Evidence")}
      columns={[
        { title: say("Situation", "Situation"), cell: ({ says }) => says[language.value] },
        { title: say("Réussies à temps", "In time"), isFigure: true, cell: ({ advised }) => share(advised) },
        {
          title: say("Politique actuelle", "Current policy"),
          isFigure: true,
          cell: ({ current }) => current === undefined ? "–" : share(current)
        },
        {
          title: say("Essais par requête", "Attempts per request"),
          isFigure: true,
          cell: ({ advised }) => figure(advised.amplification.mean)
        },
        { title: "p99 (ms)", isFigure: true, cell: ({ advised }) => figure(advised.p99.mean) },
        {
          title: say("Objectif", "Objective"),
          cell: ({ advised: { holds } }) => (
            <Status tone={holds ? "good" : "bad"}>{holds ? say("tenu", "kept") : say("manqué", "missed")}</Status>
          )
        }
      ]}
      rows={advice.evidence}
      keyOf={({ scenario }) => scenario}
      empty=""
    />
    {advice.notes.length > 0 && <ul>{advice.notes.map((note) => <li key={note.en}>{note[language.value]}</li>)}</ul>}
    {advice.rejected.length > 0 && (
      <details>
        <summary>{say("Politiques voisines écartées", "Rejected neighbours")}</summary>
        <ul>
          {advice.rejected.map(({ policy, reason }) => (
            <li key={JSON.stringify(policy)}>
              <code>{JSON.stringify(policy)}</code> {reason[language.value]}
            </li>
          ))}
        </ul>
      </details>
    )}
  </>
)

/** The advisor's question as JSON, and its answer with the evidence. */
export const AdvisorPanel = ({ scenario }: { readonly scenario: unknown }) => {
  const run = useRun()
  // undefined until the reader changes it, so that it follows the scenario
  const own = useSignal<string | undefined>(undefined)
  const advice = useSignal<Advice | undefined>(undefined)
  const text = own.value ?? written(suggested(scenario))
  const question = parsed(text)?.scenario
  const issues = run.refused.value?.problem.errors?.filter(({ loc }) => loc[0] === "body") ?? []
  const fault = issues.map(({ loc, msg }) => `${nameOf(loc.slice(1))}: ${msg}`).join(" ; ")
  const begin = () =>
    run.start(async (onProgress, signal) => {
      advice.value = await simulate<Advice>("/advice", question, onProgress, signal)
    })
  return (
    <section class="panel predict-sweep" aria-label={say("Conseil", "Advice")}>
      <h2>{say("Demander conseil", "Ask the advisor")}</h2>
      <Field
        label={say("Question", "Question")}
        hint={say("L'objectif, la charge et le service amont ; voir /docs", "Objective, load and upstream; see /docs")}
        error={fault === "" ? undefined : fault}
      >
        {(control) => (
          <textarea
            {...control}
            class="predict-json"
            rows={10}
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => {
              own.value = currentTarget.value
            }}
          />
        )}
      </Field>
      <div class="buttons">
        <Button disabled={question === undefined || run.progress.value !== undefined} onClick={begin}>
          {say("Conseiller une politique", "Advise a policy")}
        </Button>
      </div>
      <RunState run={run} />
      {run.refused.value !== undefined && fault === "" && <Problem error={run.refused.value} />}
      {advice.value !== undefined && <Answer advice={advice.value} />}
    </section>
  )
}
