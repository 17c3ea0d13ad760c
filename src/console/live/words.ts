import type { Outcome } from "../../timeline/Timeline.ts"
import type { Say } from "../texts.ts"
import type { Kind } from "./Summary.ts"

export const outcomeText = (outcome: Outcome, say: Say): string => {
  switch (outcome) {
    case "running":
      return say("en cours", "running")
    case "success":
      return say("réussie", "success")
    case "failure":
      return say("échec", "failure")
    case "defect":
      return say("défaut", "defect")
    case "interrupted":
      return say("interrompue", "interrupted")
  }
}

export const kindText = (kind: Kind, say: Say): string => {
  switch (kind) {
    case "request":
      return say("requête", "request")
    case "job":
      return say("tâche", "job")
    case "experiment":
      return say("expérience", "experiment")
  }
}
