import { useSignal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import { counted } from "../../domain/counted.ts"
import { useNow } from "../action/useNow.ts"
import { type Filter, filterOf, matches, queryOf } from "../live/Filter.ts"
import { FilterForm } from "../live/FilterForm.tsx"
import { LiveRuns } from "../live/LiveRuns.ts"
import { NotRecorded } from "../live/NotRecorded.tsx"
import { RunTable } from "../live/RunTable.tsx"
import { TryRequest } from "../live/TryRequest.tsx"
import { replaceAddress, route } from "../router.ts"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Status } from "../widgets/Status.tsx"

/** Rows in the page; the filter finds older ones. */
const mostRows = 100

const StreamStatus = ({ live }: { readonly live: LiveRuns }) => {
  if (live.isPaused.value) {
    const held = counted(live.held.value, "changement", "change")
    return (
      <Status tone="stopped">
        {say(`en pause, ${held.fr} en attente`, `paused, ${held.en} waiting`)}
      </Status>
    )
  }
  return live.stream.value === "open"
    ? <Status tone="good">{say("connecté", "connected")}</Status>
    : <Status tone="busy">{say("connexion…", "connecting…")}</Status>
}

/** The view `#/live?route=&outcome=&kind=&min=`: what the server answers now, and did. */
export const Live = () => {
  const live = useMemo(() => new LiveRuns(), [])
  const filter = useSignal<Filter>(filterOf(new URLSearchParams(route.value.query)))
  useEffect(live.start, [])
  useEffect(() => {
    filter.value = filterOf(new URLSearchParams(route.value.query))
  }, [route.value])

  const runs = live.runs.value
  const now = useNow(!live.isPaused.value && runs.some(({ outcome }) => outcome === "running"))
  const found = runs.filter((summary) => matches(filter.value, summary, now))
  const older = counted(found.length - mostRows, "plus ancienne", ["older one", "older ones"])
  const change = (next: Filter) => {
    filter.value = next
    const query = queryOf(next)
    replaceAddress(`#/live${query === "" ? "" : `?${query}`}`)
  }
  return (
    <>
      <div class="bar">
        <h1>{say("En direct", "Live")}</h1>
        <span role="status">
          <StreamStatus live={live} />
        </span>
        <TryRequest />
        <Button pressed={live.isPaused.value} onClick={() => live.pause(!live.isPaused.value)}>
          {say("Pause", "Pause")}
        </Button>
      </div>
      <FilterForm filter={filter.value} onChange={change} />
      <RunTable
        runs={found.slice(0, mostRows)}
        now={now}
        empty={runs.length === 0
          ? say("Rien d'enregistré encore.", "Nothing recorded yet.")
          : say("Aucune exécution ne correspond au filtre.", "No run matches the filter.")}
      />
      {found.length > mostRows && (
        <p class="hint">
          {say(`Et ${older.fr}.`, `And ${older.en}.`)}
        </p>
      )}
      <NotRecorded />
    </>
  )
}
