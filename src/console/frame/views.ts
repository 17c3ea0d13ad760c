import type { FunctionComponent } from "preact"

/** A view of the console: its place in the address, its title in French and English, and its code, loaded if shown. */
export interface View {
  readonly path: string
  readonly title: readonly [fr: string, en: string]
  readonly load: () => Promise<FunctionComponent>
}

const lab: View = {
  path: "lab",
  title: ["Laboratoire", "Lab"],
  load: () => import("../views/Lab.tsx").then(({ Lab }) => Lab)
}

const timelines: View = {
  path: "timelines",
  title: ["Chronologies", "Timelines"],
  load: () => import("../views/Timelines.tsx").then(({ Timelines }) => Timelines)
}

/** The views in the order of the navigation; the first one is the start page. A view reads its place from `route`. */
export const views: ReadonlyArray<View> = [
  lab,
  timelines,
  {
    path: "predict",
    title: ["Prédire", "Predict"],
    load: () => import("../views/Predict.tsx").then(({ Predict }) => Predict)
  },
  {
    path: "live",
    title: ["En direct", "Live"],
    load: () => import("../views/Live.tsx").then(({ Live }) => Live)
  },
  {
    path: "jobs",
    title: ["Tâches", "Jobs"],
    load: () => import("../views/Jobs.tsx").then(({ Jobs }) => Jobs)
  },
  {
    path: "nodes",
    title: ["Serveurs", "Servers"],
    load: () => import("../views/Nodes.tsx").then(({ Nodes }) => Nodes)
  },
  {
    path: "chat",
    title: ["Chat", "Chat"],
    load: () => import("../views/Chat.tsx").then(({ Chat }) => Chat)
  },
  {
    path: "uploads",
    title: ["Fichiers", "Uploads"],
    load: () => import("../views/Uploads.tsx").then(({ Uploads }) => Uploads)
  },
  {
    path: "accounts",
    title: ["Comptes", "Accounts"],
    load: () => import("../views/Accounts.tsx").then(({ Accounts }) => Accounts)
  },
  {
    path: "outbox",
    title: ["Boîte d'envoi", "Outbox"],
    load: () => import("../views/Outbox.tsx").then(({ Outbox }) => Outbox)
  }
]

/** Finds the view at a place; the start page for an unknown one. */
export const viewAt = (path: string): View => views.find((view) => view.path === path) ?? views[0] ?? lab
