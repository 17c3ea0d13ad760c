import type { Text } from "../../domain/Text.ts"
import { durationText } from "../action/moments.ts"
import { wordText } from "../jobs/words.ts"
import { say } from "../texts.ts"
import type { Tone } from "../widgets/Status.tsx"
import { type Node, type NodeState, type Reason, shortName, type Takeover } from "./Node.ts"

export const tones: Readonly<Record<NodeState, Tone>> = {
  alive: "good",
  stopping: "stopped",
  silent: "busy",
  gone: "bad"
}

export const reasonWords: Readonly<Record<Reason, Text>> = {
  silent: { fr: "ne donnait plus signe de vie", en: "gave no sign of life" },
  stopped: { fr: "s'est arrêté", en: "stopped" },
  moved: { fr: "a partagé ses tâches avec un nouveau", en: "shared its jobs with a new one" }
}

/** The state of a server at a moment of the database's clock. */
export const stateText = ({ last_seen_at, state }: Node, now: number): string => {
  const silent = durationText(Math.max(0, Math.floor((now - Date.parse(last_seen_at)) / 1000) * 1000))
  if (state === "alive") return say("en vie", "alive")
  if (state === "stopping") return say("s'arrête", "stopping")
  return state === "silent"
    ? say(`silencieux depuis ${silent}`, `silent for ${silent}`)
    : say(`disparu, dernier signe il y a ${silent}`, `gone, last sign ${silent} ago`)
}

export const jobText = ({ job_id, kind }: { readonly job_id: number; readonly kind: string }): string =>
  `${wordText(kind)} ${job_id}`

/** A takeover in a sentence, for a screen reader. */
export const takeoverText = (takeover: Takeover): string => {
  const { fr, en } = reasonWords[takeover.reason]
  const [job, from, to] = [jobText(takeover), shortName(takeover.from), shortName(takeover.to)]
  const gap = takeover.gap_ms === null ? "" : durationText(takeover.gap_ms)
  return say(
    `${job} continue sur ${to} : ${from} ${fr}${gap === "" ? "" : `, ${gap} entre les deux`}.`,
    `${job} goes on at ${to}: ${from} ${en}${gap === "" ? "" : `, ${gap} in between`}.`
  )
}
