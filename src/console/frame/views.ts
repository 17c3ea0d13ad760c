import type { FunctionComponent } from "preact"

/** A view of the console: its place in the address, its title in French and English, and its code, loaded if shown. */
export interface View {
  readonly path: string
  readonly title: readonly [fr: string, en: string]
  readonly load: () => Promise<FunctionComponent>
}

const timelines: View = {
  path: "timelines",
  title: ["Chronologies", "Timelines"],
  load: () => import("../views/Timelines.tsx").then(({ Timelines }) => Timelines)
}

/** The views in the order of the navigation; the first one is the start page. A view reads its place from `route`. */
export const views: ReadonlyArray<View> = [
  timelines
]

/** Finds the view at a place; the start page for an unknown one. */
export const viewAt = (path: string): View => views.find((view) => view.path === path) ?? views[0] ?? timelines
