import type { Language } from "../domain/Text.ts"
import type { Segment } from "./criticalPath.ts"
import { refusalTexts } from "./policyMoments.ts"
import type { LoopStall, PolicyEvent, Reason } from "./Timeline.ts"

/** Names a fiber of the timeline; numbers as they are drawn. */
export type NameOf = (fiber: number) => string

/** The words of one language. Each phrase follows a length of time. */
export interface Words {
  readonly took: (whole: string) => string
  readonly number: (text: string) => string
  readonly inFiber: (name: string) => string
  readonly running: string
  readonly ready: string
  readonly stalled: (stall: LoopStall, nameOf: NameOf) => string
  readonly reason: (reason: Reason, nameOf: NameOf, segment: Told) => string
  readonly refused: (refusal: PolicyEvent, times: number) => string
}

/** Facts about a segment beyond its reason. */
export interface Told {
  /** The attempt that follows a pause, and its policy. */
  readonly attempt?: number | undefined
  readonly policy?: string | undefined
  /** Further changes in a commit. */
  readonly shared?: number | undefined
}

/** Holders of permits that a sentence names. */
const mostHolders = 3

const listed = (fibers: ReadonlyArray<number> | undefined, nameOf: NameOf): string =>
  fibers === undefined || fibers.length === 0
    ? ""
    : fibers.slice(0, mostHolders).map(nameOf).join(", ") + (fibers.length > mostHolders ? ", …" : "")

const bracketed = (parts: ReadonlyArray<string | false | undefined>): string => {
  const told = parts.filter((part) => typeof part === "string")
  return told.length === 0 ? "" : ` (${told.join(", ")})`
}

const after = (prefix: string, value: string | number | undefined): string => value === undefined ? "" : prefix + value

const unseen: ReadonlyMap<string, string> = new Map([
  ["not recorded", "du code qui n'est pas enregistré"],
  ["recorded fibers in turn", "des fibres enregistrées, l'une après l'autre"]
])

export const texts: Readonly<Record<Language, Words>> = {
  en: {
    took: (whole) => `took ${whole}`,
    number: (text) => text,
    inFiber: (name) => ` in ${name}`,
    running: "running",
    ready: "ready, while others ran",
    stalled: ({ fiber, name }, nameOf) =>
      `behind ${
        fiber === null ? name === "not recorded" ? "code that was not recorded" : name : nameOf(fiber)
      }, which kept the event loop`,
    reason: (reason, nameOf, { attempt, policy, shared }) => {
      switch (reason.kind) {
        case "sleep":
          return "asleep"
        case "pause":
          return `pause of ${policy === undefined ? "the policy" : `the policy ${policy}`}${
            after(" before attempt ", attempt)
          }`
        case "join":
          return `waiting for ${nameOf(reason.fiber)}`
        case "permit": {
          const holders = listed(reason.holders, nameOf)
          return `behind the permits${after(" of ", reason.policy)}` +
            bracketed([reason.place !== undefined && `place ${reason.place}`, holders !== "" && `held by ${holders}`])
        }
        case "turn":
          return "for a turn at the database"
        case "commit":
          return `for commit${after(" ", reason.group)} to reach the disk` +
            (shared === undefined || shared === 0 ? "" : `, shared with ${shared} other change${shared > 1 ? "s" : ""}`)
        case "worker":
          return reason.thread === undefined
            ? `in the queue of ${reason.queue ?? "the worker threads"}`
            : `of work by ${reason.queue ?? "a worker"}, thread ${reason.thread}`
        case "upstream":
          return `for the upstream${after(" at ", reason.url)}` +
            (reason.attempt !== undefined && reason.attempt > 1 ? ` (attempt ${reason.attempt})` : "")
        case "queue":
          return `for a queue${bracketed([reason.name])}`
        case "signal":
          return `for a signal${bracketed([reason.name])}`
        case "socket":
          return `for the client${bracketed([reason.name])}`
        case "file":
          return "for the disk"
        case "mail":
          return "for the mail server"
        case "unknown":
          return "waiting, for a reason that was not seen"
      }
    },
    refused: ({ policy, reason }, times) =>
      `refused${times > 1 ? ` ${times} times` : ""} by the policy${after(" ", policy)}${bracketed([reason])}`
  },
  fr: {
    took: (whole) => `a pris ${whole}`,
    number: (text) => text.replace(".", ","),
    inFiber: (name) => ` dans ${name}`,
    running: "d'exécution",
    ready: "prêt, pendant que d'autres s'exécutaient",
    stalled: ({ fiber, name }, nameOf) =>
      `derrière ${fiber === null ? unseen.get(name) ?? name : nameOf(fiber)}, qui gardait la boucle d'événements`,
    reason: (reason, nameOf, { attempt, policy, shared }) => {
      switch (reason.kind) {
        case "sleep":
          return "de sommeil"
        case "pause":
          return `de pause de la politique${after(" ", policy)}${after(" avant la tentative ", attempt)}`
        case "join":
          return `d'attente de ${nameOf(reason.fiber)}`
        case "permit": {
          const holders = listed(reason.holders, nameOf)
          return `derrière les permis${after(" de ", reason.policy)}` +
            bracketed([reason.place !== undefined && `place ${reason.place}`, holders !== "" && `tenus par ${holders}`])
        }
        case "turn":
          return "pour un tour à la base de données"
        case "commit":
          return `pour que le commit${after(" ", reason.group)} soit sur le disque` +
            (shared === undefined || shared === 0
              ? ""
              : `, partagé avec ${shared} autre${shared > 1 ? "s" : ""} changement${shared > 1 ? "s" : ""}`)
        case "worker":
          return reason.thread === undefined
            ? `dans la file de ${reason.queue ?? "threads"}`
            : `de travail par ${reason.queue ?? "un worker"}, thread ${reason.thread}`
        case "upstream":
          return `pour le service amont${after(", ", reason.url)}` +
            (reason.attempt !== undefined && reason.attempt > 1 ? ` (tentative ${reason.attempt})` : "")
        case "queue":
          return `pour une file${bracketed([reason.name])}`
        case "signal":
          return `pour un signal${bracketed([reason.name])}`
        case "socket":
          return `pour le client${bracketed([reason.name])}`
        case "file":
          return "pour le disque"
        case "mail":
          return "pour le serveur de messagerie"
        case "unknown":
          return "d'attente, pour une raison qui n'a pas été vue"
      }
    },
    refused: ({ policy, reason }, times) =>
      `refusé${times > 1 ? ` ${times} fois` : ""} par la politique${after(" ", policy)}` +
      bracketed([reason && refusalTexts[reason].fr])
  }
}

/** States that a sentence places in their fiber; the others name their place themselves. */
export const isPlaced = ({ stall, state }: Segment): boolean =>
  stall === undefined &&
  (state === "running" || state === "ready" || state === "sleep" || state === "upstream" || state === "file" ||
    state === "unknown")
