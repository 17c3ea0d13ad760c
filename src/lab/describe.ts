import type { Language } from "../domain/Text.ts"
import { entries, type Knob, type KnobName } from "./Knobs.ts"
import type { LabChapter } from "./LabChapter.ts"

const describeKnob = (language: Language) => ([name, knob]: readonly [KnobName, Knob]) => {
  const words = { name, title: knob.title[language], default: knob.fallback }
  if (!("range" in knob)) return { ...words, unit: "" }
  const [minimum, maximum] = knob.range
  return { ...words, unit: knob.unit, minimum, maximum }
}

/** Describes a chapter of the Lab in a language, for a client that offers its knobs. */
export const describe =
  (language: Language) => ({ about, isPredictable, knobs, name, section, source, title, ways }: LabChapter) => ({
    name,
    title: title[language],
    about: about[language],
    source,
    section,
    ways: { wrong: ways.wrong[language], right: ways.right[language] },
    predictable: isPredictable,
    knobs: entries(knobs).map(describeKnob(language))
  })
