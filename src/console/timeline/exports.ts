import { toChrome } from "../../timeline/chromeTrace.ts"
import { draw } from "../../timeline/SvgPicture.ts"
import type { Timeline } from "../../timeline/Timeline.ts"

export type Format = "json" | "svg" | "chrome"

const formats = {
  json: { suffix: "timeline.json", type: "application/json", write: (timeline: Timeline) => JSON.stringify(timeline) },
  svg: { suffix: "svg", type: "image/svg+xml", write: draw },
  chrome: { suffix: "trace.json", type: "application/json", write: toChrome }
} as const

/** A name that every system takes for a file. */
const fileName = (text: string): string => text.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^-+|-+$/g, "") || "timeline"

/** Saves a recording as a file. It is made here and not asked of the server, which may have forgotten the recording. */
export const save = (timeline: Timeline, format: Format): void => {
  const { suffix, type, write } = formats[format]
  const address = URL.createObjectURL(new Blob([write(timeline)], { type }))
  const link = document.createElement("a")
  link.href = address
  link.download = `${fileName(timeline.name)}.${suffix}`
  link.click()
  URL.revokeObjectURL(address)
}
