import type { Refused } from "../api.ts"
import { say } from "../texts.ts"
import { Field } from "../widgets/Field.tsx"
import type { Chapter, Knob, Written } from "./Chapter.ts"

interface Props {
  readonly chapter: Chapter
  readonly written: Written
  readonly onChange: (name: string, text: string) => void
  readonly refused: Refused | undefined
}

const hintOf = ({ maximum, minimum, unit }: Knob): string =>
  minimum === undefined
    ? say("JSON, comme dans les variables POLICY_…", "JSON, as the POLICY_… variables take it")
    : say(`de ${minimum} à ${maximum} ${unit}`, `${minimum} to ${maximum} ${unit}`)

/** The reason why the server refused a knob, if it did. */
const errorOf = (refused: Refused | undefined, name: string): string | undefined =>
  refused?.problem.errors?.find(({ loc }) => loc[1] === "knobs" && loc[2] === name)?.msg

/** The knobs of a chapter. The server checks them, and an error stands at its knob. */
export const Knobs = ({ chapter, onChange, refused, written }: Props) => (
  <div class="lab-knobs">
    {chapter.knobs.map((knob) => {
      const { maximum, minimum, name, title, unit } = knob
      const value = written[name] ?? ""
      return (
        <Field
          key={name}
          label={unit === "" ? title : `${title} (${unit})`}
          hint={hintOf(knob)}
          error={errorOf(refused, name)}
        >
          {(control) =>
            minimum === undefined
              ? (
                <textarea
                  {...control}
                  rows={3}
                  spellcheck={false}
                  value={value}
                  onInput={({ currentTarget }) => onChange(name, currentTarget.value)}
                />
              )
              : (
                <>
                  <input
                    {...control}
                    type="number"
                    inputMode="numeric"
                    min={minimum}
                    max={maximum}
                    value={value}
                    onInput={({ currentTarget }) => onChange(name, currentTarget.value)}
                  />
                  {/* the same value for a pointer; keys and screen readers have the field above */}
                  <input
                    type="range"
                    class="lab-slider"
                    tabIndex={-1}
                    aria-hidden="true"
                    min={minimum}
                    max={maximum}
                    value={value}
                    onInput={({ currentTarget }) => onChange(name, currentTarget.value)}
                  />
                </>
              )}
        </Field>
      )
    })}
  </div>
)
