import { useSignal, useSignalEffect } from "@preact/signals"
import { askJson, returns } from "../api.ts"
import type { Chapter } from "../lab/Chapter.ts"
import { ChapterPanel } from "../lab/ChapterPanel.tsx"
import { route, routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { Problem } from "../widgets/Problem.tsx"
import { useCentred } from "../widgets/useCentred.ts"

/** The view `#/lab/{chapter}`: the handbook's lessons as experiments, with their knobs in the address. */
export const Lab = () => {
  const chapters = useSignal<ReadonlyArray<Chapter>>([])
  const fault = useSignal<unknown>(undefined)

  useSignalEffect(() => {
    // the server writes the texts, in the language of the console
    void language.value
    void returns.value
    const stop = new AbortController()
    askJson<ReadonlyArray<Chapter>>("/experiments", { signal: stop.signal }).then((found) => {
      chapters.value = found
      fault.value = undefined
    }, (error: unknown) => {
      if (!stop.signal.aborted) fault.value = error
    })
    return () => stop.abort()
  })

  const shown = chapters.value.find(({ name }) => name === route.value.id) ?? chapters.value[0]
  const list = useCentred<HTMLOListElement>(shown)
  return (
    <>
      <h1>{say("Laboratoire", "Lab")}</h1>
      <p class="hint">
        {say(
          "Les leçons du manuel, exécutées et mesurées sur ce serveur, par les services mêmes du produit.",
          "The handbook's lessons, run and measured on this server, by the product's own services."
        )}
      </p>
      {fault.value !== undefined && <Problem error={fault.value} />}
      <div class="lab">
        <nav class="lab-chapters" aria-label={say("Chapitres", "Chapters")}>
          <ol ref={list}>
            {chapters.value.map(({ name, title }) => (
              <li key={name}>
                <a href={routeText("lab", name)} aria-current={name === shown?.name ? "page" : undefined}>{title}</a>
              </li>
            ))}
          </ol>
        </nav>
        {/* an address that is opened brings its knobs; one that follows the knobs is not opened */}
        {shown !== undefined && <ChapterPanel key={route.value} chapter={shown} />}
      </div>
    </>
  )
}
