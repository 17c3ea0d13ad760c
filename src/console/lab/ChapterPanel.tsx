import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { ask, askJson, Refused, report } from "../api.ts"
import { replaceAddress, route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { changedOf, type Chapter, defaultsOf, valuesOf, type Way, ways } from "./Chapter.ts"
import { Figures, WayState } from "./Figures.tsx"
import { Knobs } from "./Knobs.tsx"
import { Lesson } from "./Lesson.tsx"
import { Runs } from "./Runs.tsx"
import { ended, useExperiment } from "./useExperiment.ts"
import { usePrediction } from "./usePrediction.ts"

type Ids = Readonly<Record<Way, string | undefined>>

const start = (chapter: Chapter, way: Way, knobs: Readonly<Record<string, unknown>>): Promise<string> =>
  askJson<{ readonly id: string }>("/experiments", { method: "POST", body: { chapter: chapter.name, way, knobs } })
    .then(({ id }) => id)

/** A chapter of the Lab: its ways, its knobs, and what the last experiments of both ways measured. */
export const ChapterPanel = ({ chapter }: { readonly chapter: Chapter }) => {
  const { query } = route.peek()
  const written = useSignal({
    ...defaultsOf(chapter),
    ...Object.fromEntries(chapter.knobs.flatMap(({ name }) => query[name] === undefined ? [] : [[name, query[name]]]))
  })
  const ids = useSignal<Ids>({ wrong: query["wrong"], right: query["right"] })
  const isStarting = useSignal(false)
  const together = useSignal(false)
  const stopped = useRef(new AbortController())
  const refused = useSignal<Refused | undefined>(undefined)
  const wrong = useExperiment(ids.value.wrong)
  const right = useExperiment(ids.value.right)
  const predicted = {
    wrong: usePrediction(chapter, "wrong", written.value),
    right: usePrediction(chapter, "right", written.value)
  }
  const isRunning = [wrong.value, right.value].some((one) => one?.state === "running")

  useEffect(() => () => stopped.current.abort(), [])

  const share = () =>
    replaceAddress(routeText("lab", chapter.name, { ...changedOf(chapter, written.value), ...ids.value }))

  const change = (name: string, text: string) => {
    written.value = { ...written.value, [name]: text }
    share()
  }

  const begin = async (way: Way): Promise<string> => {
    const id = await start(chapter, way, valuesOf(chapter, written.value))
    ids.value = { ...ids.value, [way]: id }
    share()
    return id
  }

  const run = async (chosen: ReadonlyArray<Way>) => {
    isStarting.value = true
    refused.value = undefined
    ids.value = { wrong: undefined, right: undefined }
    try {
      if (together.value) await Promise.all(chosen.map(begin))
      else for (const way of chosen) await ended(await begin(way), stopped.current.signal)
    } catch (error) {
      if (error instanceof Refused) refused.value = error
      else report(error)
    } finally {
      isStarting.value = false
    }
  }

  const stop = () => {
    for (const id of [ids.value.wrong, ids.value.right]) {
      if (id !== undefined) ask(`/experiments/${id}`, { method: "DELETE" }).catch(report)
    }
  }

  const isAtKnob = refused.value?.problem.errors?.some(({ loc }) => loc[1] === "knobs") === true
  return (
    <section class="lab-chapter" aria-label={chapter.title}>
      <h2>{chapter.title}</h2>
      <p>{chapter.about}</p>
      <div class="lab-setup">
        <dl class="lab-ways">
          {ways.map((way) => {
            const experiment = (way === "wrong" ? wrong : right).value
            return (
              <div key={way} class={`lab-way lab-${way}`}>
                <dt>
                  {way === "wrong" ? say("Mauvaise manière", "Wrong way") : say("Bonne manière", "Right way")}
                  {experiment !== undefined && <WayState experiment={experiment} />}
                </dt>
                <dd>{chapter.ways[way]}</dd>
              </div>
            )
          })}
        </dl>
        <form
          class="panel lab-form"
          onSubmit={(event) => {
            event.preventDefault()
            run(ways).catch(report)
          }}
        >
          <Knobs chapter={chapter} written={written.value} onChange={change} refused={refused.value} />
          <div class="buttons">
            <Button type="submit" kind="primary" disabled={isStarting.value}>
              {say("Lancer les deux", "Run both")}
            </Button>
            <Button disabled={isStarting.value} onClick={() => run(["wrong"]).catch(report)}>
              {say("La mauvaise seule", "Wrong way only")}
            </Button>
            <Button disabled={isStarting.value} onClick={() => run(["right"]).catch(report)}>
              {say("La bonne seule", "Right way only")}
            </Button>
            <label class="lab-together">
              <input
                type="checkbox"
                checked={together.value}
                onChange={({ currentTarget }) => {
                  together.value = currentTarget.checked
                }}
              />{" "}
              {say("les deux en même temps", "both at the same time")}
            </label>
            {isRunning && <Button kind="danger" onClick={stop}>{say("Arrêter", "Stop")}</Button>}
          </div>
        </form>
      </div>
      {(wrong.value ?? right.value ?? predicted.wrong.value ?? predicted.right.value) === undefined
        ? (
          <p class="hint lab-figures">
            {say("Les chiffres mesurés viennent ici.", "The measured figures come here.")}
          </p>
        )
        : (
          <div class="lab-figures">
            <Figures
              wrong={wrong.value}
              right={right.value}
              predicted={{ wrong: predicted.wrong.value, right: predicted.right.value }}
            />
          </div>
        )}
      <p role="status" class="hint">
        {isStarting.value && !isRunning
          ? say("Préparation : threads, service amont, base…", "Preparing threads, upstream, database…")
          : isRunning
          ? say(
            "Choisissez une barre en cours pour la débrancher.",
            "Choose a bar that still runs to pull its plug."
          )
          : ""}
      </p>
      {refused.value !== undefined && !isAtKnob && <Problem error={refused.value} />}
      {(ids.value.wrong ?? ids.value.right) !== undefined && (
        <Runs wrong={ids.value.wrong} right={ids.value.right} predicted={predicted} />
      )}
      <Lesson chapter={chapter} />
    </section>
  )
}
