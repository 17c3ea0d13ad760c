import { type Signal, signal } from "@preact/signals"
import type { Timeline } from "../../timeline/Timeline.ts"
import { say } from "../texts.ts"

/** A file that was opened in this visit. */
export interface Opened {
  readonly id: string
  readonly timeline: Signal<Timeline>
}

/** The files that were opened, the newest first; the page keeps them until it is left. */
export const opened = signal<ReadonlyArray<Opened>>([])

export const findOpened = (id: string): Opened | undefined => opened.value.find((file) => file.id === id)

/** True for the id of a file, opened or not. */
export const isFile = (id: string): boolean => id.startsWith("file-")

/** The largest file that is read, in bytes: about a million slices. */
const most = 200 * 1024 * 1024

let count = 0

/** Reads a file, and keeps its recording. Fails with a message for the reader. */
export const openFile = async (file: File): Promise<Opened> => {
  if (file.size > most) {
    throw new Error(say(
      `${file.name} a plus de ${most / 1024 / 1024} Mio.`,
      `${file.name} is larger than ${most / 1024 / 1024} MiB.`
    ))
  }
  const text = await file.text()
  const { decode, NotATimeline } = await import("./decode.ts")
  let timeline: Timeline
  try {
    const value: unknown = JSON.parse(text)
    timeline = decode(value)
  } catch (error) {
    if (error instanceof NotATimeline) {
      const place = error.place === "" ? "" : say(` : le champ « ${error.place} »`, `: the field "${error.place}"`)
      throw new Error(
        say(
          `${file.name} n'est pas un enregistrement${place} : ${error.message}`,
          `${file.name} is not a recording${place}: ${error.message}`
        ),
        { cause: error }
      )
    }
    throw new Error(say(`${file.name} n'est pas du JSON.`, `${file.name} is not JSON.`), { cause: error })
  }
  const made: Opened = { id: `file-${++count}`, timeline: signal(timeline) }
  opened.value = [made, ...opened.value]
  return made
}
