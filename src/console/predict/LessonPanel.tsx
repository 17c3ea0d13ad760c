import { useSignal } from "@preact/signals"
import { language, say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { Charts } from "./Charts.tsx"
import { Figures } from "./Figures.tsx"
import type { Lesson, LessonReport } from "./Lesson.ts"
import { RunState } from "./RunState.tsx"
import { simulate } from "./simulate.ts"
import { useRun } from "./useRun.ts"
import { Verdicts } from "./Verdicts.tsx"

interface Props {
  readonly lesson: Lesson
  /** The variant in the editor. */
  readonly edited: string | undefined
  readonly onEdit: (variant: string) => void
}

/** A lesson of the gallery: its texts and variants, their runs side by side, and its claims. */
export const LessonPanel = ({ edited, lesson, onEdit }: Props) => {
  const run = useRun()
  const report = useSignal<{ readonly of: string; readonly result: LessonReport } | undefined>(undefined)
  // the claims are written in the language in which the lesson was run
  const key = `${lesson.name} ${language.value}`
  const result = report.value?.of === key ? report.value.result : undefined
  const begin = () =>
    run.start(async (onProgress, signal) => {
      const path = `/scenarios/${lesson.name}/simulations`
      report.value = { of: key, result: await simulate<LessonReport>(path, undefined, onProgress, signal) }
    })
  const runs = result?.runs.map(({ report: one, variant }) => ({ name: variant, report: one })) ?? []
  return (
    <section class="predict-lesson" aria-label={lesson.title}>
      <h2>{lesson.title}</h2>
      <p>{lesson.see}</p>
      <ul class="predict-variants">
        {lesson.variants.map(({ name, text }) => (
          <li key={name}>
            <Button pressed={name === edited} onClick={() => onEdit(name)}>{name}</Button> <span>{text}</span>
          </li>
        ))}
      </ul>
      <div class="buttons">
        <Button kind="primary" disabled={run.progress.value !== undefined} onClick={begin}>
          {say("Comparer les variantes", "Compare the variants")}
        </Button>
      </div>
      <RunState run={run} />
      {run.refused.value !== undefined && <Problem error={run.refused.value} />}
      {result !== undefined && (
        <>
          <Verdicts verdicts={result.verdicts} />
          <Charts runs={runs} />
          <Figures runs={runs} />
        </>
      )}
      <details>
        <summary>{say("Pourquoi, et que faire", "Why, and what to do")}</summary>
        <p>{lesson.why}</p>
        <p>{lesson.instead}</p>
        <ul class="hint">{lesson.sources.map((source) => <li key={source}>{source}</li>)}</ul>
      </details>
    </section>
  )
}
