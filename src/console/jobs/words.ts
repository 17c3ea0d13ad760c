import type { Say } from "../texts.ts"
import type { Tone } from "../widgets/Status.tsx"
import type { State } from "./Job.ts"

export const tones: Readonly<Record<State, Tone>> = {
  waiting: "neutral",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "stopped"
}

export const stateText = (state: State, say: Say): string => {
  switch (state) {
    case "waiting":
      return say("en attente", "waiting")
    case "running":
      return say("en cours", "running")
    case "succeeded":
      return say("réussie", "succeeded")
    case "failed":
      return say("échouée", "failed")
    case "cancelled":
      return say("annulée", "cancelled")
  }
}

const known = (say: Say): Readonly<Record<string, string>> => ({
  registration: say("inscription", "registration"),
  notification: say("notification", "notification"),
  "notification-async": say("notification async", "async notification"),
  maintenance: say("entretien", "maintenance"),
  "e-mail": say("e-mail", "e-mail"),
  profile: say("profil", "profile"),
  "mailing list": say("liste de diffusion", "mailing list"),
  succeeded: say("réussi", "succeeded"),
  failed: say("échoué", "failed"),
  "timed out": say("trop long", "timed out"),
  interrupted: say("interrompu", "interrupted"),
  lost: say("perdu", "lost"),
  undone: say("défait", "undone")
})

/** The words of the server for kinds, activities and the outcomes of attempts; an unknown one stays as it is. */
export const wordText = (word: string, say: Say): string => known(say)[word] ?? word
