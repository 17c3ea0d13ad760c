import { sizeText } from "../action/moments.ts"
import { TimelineLink } from "../action/TimelineLink.tsx"
import { say } from "../texts.ts"
import { Button } from "../widgets/Button.tsx"
import { Problem } from "../widgets/Problem.tsx"
import { Status, type Tone } from "../widgets/Status.tsx"
import type { Sending, State } from "./Sending.ts"

const tones: Readonly<Record<State, Tone>> = {
  waiting: "neutral",
  sending: "busy",
  paused: "neutral",
  stored: "good",
  failed: "bad",
  stopped: "stopped"
}

const stateText = (state: State): string => {
  switch (state) {
    case "waiting":
      return say("attend", "waiting")
    case "sending":
      return say("en route", "on its way")
    case "paused":
      return say("en pause", "paused")
    case "stored":
      return say("gardé", "stored")
    case "failed":
      return say("refusé", "refused")
    case "stopped":
      return say("arrêté", "stopped")
  }
}

/** Pauses, resumes and stops a file on its way. */
const Controls = ({ sending }: { readonly sending: Sending }) => {
  const { name } = sending.file
  const state = sending.state.value
  if (state !== "waiting" && state !== "sending" && state !== "paused") return null
  return (
    <>
      {state === "sending" && (
        <Button
          label={say(`Mettre ${name} en pause`, `Pause ${name}`)}
          onClick={() => void sending.pause(true)}
        >
          {say("Pause", "Pause")}
        </Button>
      )}
      {state === "paused" && (
        <Button
          label={say(`Reprendre ${name}`, `Resume ${name}`)}
          onClick={() => void sending.pause(false)}
        >
          {say("Reprendre", "Resume")}
        </Button>
      )}
      <Button label={say(`Arrêter ${name}`, `Stop ${name}`)} onClick={() => sending.stop()}>
        {say("Arrêter", "Stop")}
      </Button>
    </>
  )
}

/** A file on its way, with its progress and its end. */
export const SendingRow = ({ sending }: { readonly sending: Sending }) => {
  const { name, size } = sending.file
  const state = sending.state.value
  const total = sending.total.value
  const sent = state === "stored" ? total : sending.sent.value
  return (
    <li class="sending">
      <span class="sending-name">{name}</span>
      <Status tone={tones[state]}>{stateText(state)}</Status>
      <progress max={Math.max(1, total)} value={sent} aria-label={say(`Envoyé de ${name}`, `Sent of ${name}`)} />
      <span class="figure">{sizeText(Math.min(sent, size))} / {sizeText(size)}</span>
      <span class="buttons">
        <Controls sending={sending} />
        <TimelineLink id={sending.timeline.value} of={name} />
      </span>
      {sending.failure.value !== undefined && <Problem error={sending.failure.value} />}
    </li>
  )
}
