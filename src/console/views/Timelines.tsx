import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { outcomeWords } from "../../timeline/words.ts"
import { report, returns } from "../api.ts"
import { go, route, routeText } from "../router.ts"
import { language, say } from "../texts.ts"
import { findOpened, isFile, opened } from "../timeline/files.ts"
import { OpenFile } from "../timeline/OpenFile.tsx"
import { outcomeTones } from "../timeline/outcomeTones.ts"
import { newest, type Summary } from "../timeline/recent.ts"
import { duration } from "../timeline/words.ts"
import { Notice } from "../widgets/Notice.tsx"
import { Status } from "../widgets/Status.tsx"
import { Table } from "../widgets/Table.tsx"
import { Timeline } from "./Timeline.tsx"

/** Recordings of the server in the list. */
const most = 20

const Files = () => (
  <Table
    caption={say("Fichiers ouverts", "Opened files")}
    columns={[
      {
        title: say("Fichier", "File"),
        cell: ({ id, timeline }) => <a href={routeText("timelines", id)}>{timeline.value.name}</a>
      },
      {
        title: say("Durée", "Duration"),
        isFigure: true,
        cell: ({ timeline }) => duration(timeline.value.duration_ns, language.value)
      },
      { title: say("Fibres", "Fibers"), isFigure: true, cell: ({ timeline }) => timeline.value.fibers.length }
    ]}
    rows={opened.value}
    keyOf={({ id }) => id}
    empty=""
  />
)

const Recent = ({ recent }: { readonly recent: ReadonlyArray<Summary> | undefined }) => (
  <Table
    caption={say("Enregistrements récents", "Recent recordings")}
    columns={[
      { title: say("Exécution", "Run"), cell: ({ id, name }) => <a href={routeText("timelines", id)}>{name}</a> },
      {
        title: say("Issue", "Outcome"),
        cell: ({ outcome }) => <Status tone={outcomeTones[outcome]}>{outcomeWords[outcome][language.value]}</Status>
      },
      {
        title: say("Durée", "Duration"),
        isFigure: true,
        cell: ({ duration_ns }) => duration(duration_ns, language.value)
      },
      { title: say("Fibres", "Fibers"), isFigure: true, cell: ({ fibers }) => fibers },
      {
        title: say("Début", "Start"),
        isFigure: true,
        cell: ({ started_at }) => new Date(started_at).toLocaleTimeString(language.value)
      }
    ]}
    rows={recent ?? []}
    keyOf={({ id }) => id}
    empty={recent === undefined
      ? say("Chargement…", "Loading…")
      : say("Le serveur n'a encore rien enregistré.", "The server has recorded nothing yet.")}
  />
)

/** Opens a recording: a saved file, or one that the server still has. */
const Choice = () => {
  const recent = useSignal<ReadonlyArray<Summary> | undefined>(undefined)
  useEffect(() => {
    // the frame shows a server that is away
    newest(most).then((summaries) => {
      recent.value = summaries
    }, report)
  }, [returns.value])
  return (
    <>
      <h1>{say("Chronologies", "Timelines")}</h1>
      <p>
        {say(
          "Une chronologie montre une exécution telle qu'elle fut : les fibres en lignes, le temps en travers.",
          "A timeline shows a run as it went: fibers down, time across."
        )}
      </p>
      <div class="timelines">
        <OpenFile onOpen={({ id }) => go(routeText("timelines", id))} />
        {opened.value.length > 0 && (
          <section>
            <h2>{say("Fichiers ouverts", "Opened files")}</h2>
            <Files />
          </section>
        )}
        <section>
          <h2>{say("Récemment enregistrées", "Recently recorded")}</h2>
          <Recent recent={recent.value} />
        </section>
      </div>
    </>
  )
}

/** Says that the page was reloaded since a file was opened, and lets the reader open the file again. */
const Forgotten = () => (
  <>
    <Notice tone="info" title={say("Ce fichier n'est plus ouvert.", "This file is no longer open.")}>
      <p>{say("La page a été rechargée. Ouvrez-le à nouveau.", "The page was reloaded. Open it again.")}</p>
    </Notice>
    <Choice />
  </>
)

/** The view `#/timelines`. */
export const Timelines = () => {
  const { id, query: { with: other } } = route.value
  if (id === undefined) return <Choice />
  const isForgotten = [id, other].some((one) => one !== undefined && isFile(one) && findOpened(one) === undefined)
  return isForgotten ? <Forgotten /> : <Timeline key={id} id={id} />
}
