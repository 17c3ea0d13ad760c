import type { Text } from "../../domain/Text.ts"
import type { Kind } from "./Summary.ts"

export const kindWords: Readonly<Record<Kind, Text>> = {
  request: { fr: "requête", en: "request" },
  job: { fr: "tâche", en: "job" },
  experiment: { fr: "expérience", en: "experiment" }
}
