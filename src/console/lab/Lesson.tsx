import { useSignal } from "@preact/signals"
import { report } from "../api.ts"
import { say } from "../texts.ts"
import type { Chapter } from "./Chapter.ts"

interface Texts {
  readonly section: string
  readonly source: string
}

const Code = ({ children, label }: { readonly children: string; readonly label: string }) => (
  <pre class="lab-text" tabIndex={0} aria-label={label}><code>{children}</code></pre>
)

/** The handbook's text of a chapter, in French as it is, and the source that runs; both loaded when they are opened. */
export const Lesson = ({ chapter: { section, source } }: { readonly chapter: Chapter }) => {
  const texts = useSignal<Texts | undefined>(undefined)
  const load = () => {
    if (texts.value !== undefined) return
    import("./lessons.ts").then(({ sectionOf, sources }) => {
      texts.value = { section: sectionOf(section), source: sources[source] ?? "" }
    }).catch(report)
  }
  return (
    <div class="lab-lesson">
      <details onToggle={load}>
        <summary>{say(`Le manuel : ${section}`, `The handbook: ${section}`)}</summary>
        {texts.value !== undefined && (
          <div lang="fr">
            <Code label={section}>{texts.value.section}</Code>
          </div>
        )}
      </details>
      <details onToggle={load}>
        <summary>{say(`Le code qui s'exécute : ${source}`, `The code that runs: ${source}`)}</summary>
        {texts.value !== undefined && <Code label={source}>{texts.value.source}</Code>}
      </details>
    </div>
  )
}
