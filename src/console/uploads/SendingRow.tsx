import type { Text } from "../../domain/Text.ts"
import { sizeText } from "../action/moments.ts"
import { TimelineLink } from "../action/TimelineLink.tsx"
import { language, say } from "../texts.ts"
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

const stateWords: Readonly<Record<State, Text>> = {
  waiting: { fr: "attend", en: "waiting" },
  sending: { fr: "en route", en: "on its way" },
  paused: { fr: "en pause", en: "paused" },
  stored: { fr: "gardé", en: "stored" },
  failed: { fr: "refusé", en: "refused" },
  stopped: { fr: "arrêté", en: "stopped" }
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
      <Status tone={tones[state]}>{stateWords[state][language.value]}</Status>
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
