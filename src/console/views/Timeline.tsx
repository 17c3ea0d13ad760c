import { Signal, useSignal } from "@preact/signals"
import type { ReadonlySignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { Timeline as Recording } from "../../timeline/Timeline.ts"
import { report } from "../api.ts"
import { type Place, TimelineView } from "../components/TimelineView.tsx"
import { tell } from "../frame/notices.ts"
import { replaceAddress, route, routeText } from "../router.ts"
import { say } from "../texts.ts"
import { Compare } from "../timeline/Compare.tsx"
import { isFile } from "../timeline/files.ts"
import { type Loaded, useTimeline } from "../timeline/useTimeline.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"

/** A number of an address; undefined for anything else. */
const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined

/** Milliseconds without a movement after which the address follows: browsers refuse to change it too often. */
const settled = 200

/** Milliseconds for which a button says that it has done its work. */
const said = 3000

/** Copies the address of the page, at the place that the reader looks at now. */
const CopyLink = ({ follow }: { readonly follow: () => void }) => {
  const isCopied = useSignal(false)
  const copy = () => {
    follow()
    if (!isSecureContext) {
      return tell(
        "info",
        say("Copiez l'adresse de la page.", "Copy the address of the page."),
        say("Le navigateur ne laisse copier qu'en HTTPS.", "The browser lets pages copy by HTTPS alone.")
      )
    }
    navigator.clipboard.writeText(location.href).then(() => {
      isCopied.value = true
    }, report)
  }
  useEffect(() => {
    if (!isCopied.value) return
    const over = setTimeout(() => {
      isCopied.value = false
    }, said)
    return () => clearTimeout(over)
  }, [isCopied.value])
  return (
    <Button onClick={copy}>
      {isCopied.value ? say("Lien copié", "Link copied") : say("Copier le lien", "Copy link")}
    </Button>
  )
}

interface Props {
  readonly id: string
  readonly timeline: ReadonlySignal<Recording>
  readonly other: ReadonlySignal<Recording> | undefined
}

const Shown = ({ id, other, timeline }: Props) => {
  const { query } = route.value
  const place = useRef<Place>({
    from: numberOf(query["from"]),
    to: numberOf(query["to"]),
    fiber: numberOf(query["fiber"])
  })
  const timer = useRef(0)
  const follow = () => {
    clearTimeout(timer.current)
    replaceAddress(routeText("timelines", id, { ...place.current, with: query["with"] }))
  }
  const keepPlace = (next: Place) => {
    place.current = next
    clearTimeout(timer.current)
    timer.current = setTimeout(follow, settled)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <TimelineView
      timeline={timeline}
      other={other}
      place={place.current}
      onPlace={keepPlace}
      tools={
        <>
          <Compare id={id} />
          {!isFile(id) && <CopyLink follow={follow} />}
        </>
      }
    />
  )
}

const fault = (loaded: Loaded) => loaded instanceof Signal ? undefined : loaded

/** The view `#/timelines/{id}`: a recording, alone or with a second one. */
export const Timeline = ({ id }: { readonly id: string }) => {
  const otherId = route.value.query["with"]
  const first = useTimeline(id)
  const second = useTimeline(otherId)
  const failed = fault(first) ?? fault(second)
  if (failed !== undefined) {
    return (
      <>
        <h1>{say("Chronologie", "Timeline")}</h1>
        <Problem error={failed} />
        <p>
          <a href={routeText("timelines")}>{say("Ouvrir un autre enregistrement", "Open another recording")}</a>
        </p>
      </>
    )
  }
  if (!(first instanceof Signal) || (otherId !== undefined && !(second instanceof Signal))) {
    return <p class="loading" role="status">{say("Chargement…", "Loading…")}</p>
  }
  const other = second instanceof Signal ? second : undefined
  return (
    <>
      <h1 class="for-readers">{say("Chronologie", "Timeline")} {first.value.name}</h1>
      {/* an address that is opened brings its place; one that follows the reader is not opened */}
      <Shown key={route.value} id={id} timeline={first} other={other} />
    </>
  )
}
