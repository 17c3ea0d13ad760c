import type { Refused } from "../api.ts"
import { say } from "../texts.ts"
import { Field } from "../widgets/Field.tsx"
import { at, nameOf, parsed, type Path, read, withAt, written } from "./scenario.ts"

interface Props {
  readonly text: string
  readonly onChange: (text: string) => void
  readonly refused: Refused | undefined
}

/** The values that most readers change first, each shown if the scenario has it. */
const main = (): ReadonlyArray<readonly [path: Path, title: string]> => [
  [["requests"], say("Requêtes", "Requests")],
  [["duration"], say("Durée", "Duration")],
  [["arrivals", "rate"], say("Arrivées par seconde", "Arrivals per second")],
  [["arrivals", "clients"], say("Clients", "Clients")],
  [["upstream", "servers"], say("Places du service amont", "Places upstream")],
  [["upstream", "service", "mean"], say("Service, moyenne", "Service time, mean")],
  [["upstream", "service", "median"], say("Service, médiane", "Service time, median")],
  [["upstream", "service", "value"], say("Durée du service", "Service time")],
  [["upstream", "queue", "limit"], say("Limite de la file", "Limit of the queue")],
  [["upstream", "failure"], say("Part des échecs", "Share of failures")],
  [["policy", "timeout"], say("Délai total", "Timeout")],
  [["policy", "attemptTimeout"], say("Délai par essai", "Timeout per attempt")],
  [["policy", "retry", "attempts"], say("Essais au plus", "Attempts at most")],
  [["policy", "retry", "budget", "ratio"], say("Budget de relances", "Retry budget")]
]

type Issues = NonNullable<Refused["problem"]["errors"]>

const inBody = (refused: Refused | undefined): Issues =>
  refused?.problem.errors?.filter(({ loc }) => loc[0] === "body") ?? []

const placeOf = ({ loc }: Issues[number]): string => nameOf(loc.slice(1))

/** A scenario as a form of its main values, and whole as JSON. The server's errors stand at their fields. */
export const Editor = ({ onChange, refused, text }: Props) => {
  const scenario = parsed(text)?.scenario
  const fields = main().filter(([path]) => at(scenario, path) !== undefined)
  const issues = inBody(refused)
  const shown = new Set(fields.map(([path]) => nameOf(path)))
  const others = issues.filter((issue) => !shown.has(placeOf(issue)))
  const fault = scenario === undefined
    ? say("ce texte n'est pas du JSON", "this text is no JSON")
    : others.map((issue) => `${placeOf(issue)}: ${issue.msg}`).join(" ; ")
  return (
    <>
      <div class="predict-fields">
        {fields.map(([path, title]) => (
          <Field
            key={nameOf(path)}
            label={title}
            error={issues.find((issue) => placeOf(issue) === nameOf(path))?.msg}
          >
            {(control) => (
              <input
                {...control}
                value={String(at(scenario, path))}
                onInput={({ currentTarget }) => onChange(written(withAt(scenario, path, read(currentTarget.value))))}
              />
            )}
          </Field>
        ))}
      </div>
      <details open={fault !== ""}>
        <summary>{say("Le scénario entier, en JSON", "The whole scenario, as JSON")}</summary>
        <Field label={say("Scénario", "Scenario")} error={fault === "" ? undefined : fault}>
          {(control) => (
            <textarea
              {...control}
              class="predict-json"
              rows={16}
              spellcheck={false}
              value={text}
              onInput={({ currentTarget }) => onChange(currentTarget.value)}
            />
          )}
        </Field>
      </details>
    </>
  )
}
