import { useSignal, useSignalEffect } from "@preact/signals"
import { useState } from "preact/hooks"
import { askJson, returns } from "../api.ts"
import type { Lesson } from "../predict/Lesson.ts"
import { LessonPanel } from "../predict/LessonPanel.tsx"
import { parsed, written } from "../predict/scenario.ts"
import { ScenarioPanel } from "../predict/ScenarioPanel.tsx"
import { replaceAddress, route, routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"
import { useCentred } from "../widgets/useCentred.ts"

/** A lesson, and the scenario of the address or else of a variant in the editor. */
const Predicted = ({ lesson }: { readonly lesson: Lesson }) => {
  const { query } = route.peek()
  const shared = query["scenario"]
  const first = lesson.variants[0]
  const [variant, setVariant] = useState(query["variant"] ?? (shared === undefined ? first?.name : undefined))
  const found = lesson.variants.find(({ name }) => name === variant) ?? first
  const opened = shared === undefined ? undefined : parsed(shared)?.scenario
  const [text, setText] = useState(written(opened ?? found?.scenario ?? {}))
  const change = (next: string) => {
    setText(next)
    setVariant(undefined)
    const scenario = parsed(next)?.scenario
    if (scenario !== undefined) {
      replaceAddress(routeText("predict", lesson.name, { scenario: JSON.stringify(scenario) }))
    }
  }
  const edit = (name: string) => {
    setVariant(name)
    setText(written(lesson.variants.find((one) => one.name === name)?.scenario ?? {}))
    replaceAddress(routeText("predict", lesson.name, { variant: name }))
  }
  return (
    <div class="predict-main">
      <LessonPanel lesson={lesson} edited={variant} onEdit={edit} />
      <ScenarioPanel text={text} onChange={change} />
    </div>
  )
}

/** The view `#/predict/{lesson}`: policies simulated before they serve, the scenario in the address. */
export const Predict = () => {
  const lessons = useSignal<ReadonlyArray<Lesson>>([])
  const fault = useSignal<unknown>(undefined)

  useSignalEffect(() => {
    // the server writes the texts, in the language of the console
    void language.value
    void returns.value
    const stop = new AbortController()
    askJson<ReadonlyArray<Lesson>>("/scenarios", { signal: stop.signal }).then((found) => {
      lessons.value = found
      fault.value = undefined
    }, (error: unknown) => {
      if (!stop.signal.aborted) fault.value = error
    })
    return () => stop.abort()
  })

  const shown = lessons.value.find(({ name }) => name === route.value.id) ?? lessons.value[0]
  const list = useCentred<HTMLOListElement>(shown)
  return (
    <>
      <h1>{say("Prédire", "Predict")}</h1>
      <p class="hint">
        {say(
          "Que fera une politique quand le service amont ralentit ? La réponse en temps virtuel, par le code même qui sert.",
          "What will a policy do when the upstream slows down? The answer in virtual time, by the very code that serves."
        )}
      </p>
      {fault.value !== undefined && <Problem error={fault.value} />}
      <div class="lab">
        <nav class="lab-chapters" aria-label={say("Leçons", "Lessons")}>
          <ol ref={list}>
            {lessons.value.map(({ name, title }) => (
              <li key={name}>
                <a href={routeText("predict", name)} aria-current={name === shown?.name ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ol>
        </nav>
        {shown !== undefined && <Predicted key={route.value} lesson={shown} />}
      </div>
    </>
  )
}
