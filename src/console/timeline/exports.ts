import { toChrome } from "../../timeline/chromeTrace.ts"
import { draw } from "../../timeline/SvgPicture.ts"
import type { Timeline } from "../../timeline/Timeline.ts"
import { ask } from "../api.ts"
import { language } from "../texts.ts"

export type Format = "json" | "svg" | "chrome"

const formats = {
  json: { suffix: "timeline.json", type: "application/json", write: (timeline: Timeline) => JSON.stringify(timeline) },
  svg: { suffix: "svg", type: "image/svg+xml", write: (timeline: Timeline) => draw(timeline, language.value) },
  chrome: { suffix: "trace.json", type: "application/json", write: toChrome }
} as const

/** A name that every system takes for a file. */
const fileName = (text: string): string => text.replaceAll(/[^\w.-]+/g, "-").replaceAll(/^-+|-+$/g, "") || "timeline"

const download = (content: BlobPart, type: string, name: string): void => {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement("a")
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** Saves a recording as a file. It is made here and not asked of the server, which may have forgotten the recording. */
export const save = (timeline: Timeline, format: Format): void => {
  const { suffix, type, write } = formats[format]
  download(write(timeline), type, `${fileName(timeline.name)}.${suffix}`)
}

/** Saves a recording as a test that replays it. The server writes it, as it knows the defaults of its policies. */
export const saveTest = async ({ id, name }: Timeline): Promise<void> => {
  const answer = await ask(`/timelines/${encodeURIComponent(id)}?as=test`)
  download(await answer.text(), "text/plain", `${fileName(name)}.test.ts`)
}
