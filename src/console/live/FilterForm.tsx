import { outcomeWords } from "../../timeline/words.ts"
import { language, say } from "../texts.ts"
import { Field } from "../widgets/Field.tsx"
import type { Filter } from "./Filter.ts"
import { kinds, outcomes } from "./Summary.ts"
import { kindWords } from "./words.ts"

interface Props {
  readonly filter: Filter
  readonly onChange: (filter: Filter) => void
}

/** Chooses the runs to show. */
export const FilterForm = ({ filter, onChange }: Props) => (
  <form
    class="filter"
    role="search"
    onSubmit={(event) => event.preventDefault()}
  >
    <Field label={say("Route", "Route")}>
      {(props) => (
        <input
          {...props}
          type="search"
          placeholder="/users"
          value={filter.route}
          onInput={({ currentTarget: { value: route } }) => onChange({ ...filter, route })}
        />
      )}
    </Field>
    <Field label={say("Issue", "Outcome")}>
      {(props) => (
        <select
          {...props}
          value={filter.outcome}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...filter, outcome: outcomes.find((outcome) => outcome === value) ?? "" })}
        >
          <option value="">{say("toutes", "any")}</option>
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>{outcomeWords[outcome][language.value]}</option>
          ))}
        </select>
      )}
    </Field>
    <Field label={say("Genre", "Kind")}>
      {(props) => (
        <select
          {...props}
          value={filter.kind}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...filter, kind: kinds.find((kind) => kind === value) ?? "" })}
        >
          <option value="">{say("tous", "any")}</option>
          {kinds.map((kind) => <option key={kind} value={kind}>{kindWords[kind][language.value]}</option>)}
        </select>
      )}
    </Field>
    <Field label={say("Au moins (ms)", "At least (ms)")}>
      {(props) => (
        <input
          {...props}
          type="number"
          min={0}
          max={86_400_000}
          value={filter.minimumMillis}
          onInput={({ currentTarget: { valueAsNumber } }) =>
            onChange({ ...filter, minimumMillis: Number.isNaN(valueAsNumber) ? 0 : valueAsNumber })}
        />
      )}
    </Field>
  </form>
)
