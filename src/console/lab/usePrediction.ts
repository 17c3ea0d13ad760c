import { type ReadonlySignal, signal } from "@preact/signals"
import { useEffect, useMemo } from "preact/hooks"
import type { Timeline } from "../../timeline/Timeline.ts"
import { askJson, Away, Refused, report } from "../api.ts"
import { type Chapter, valuesOf, type Way, type Written } from "./Chapter.ts"

/** Asks for the predictions of a way, one at a time. Knobs that change meanwhile are asked for next, the last alone. */
class Predictions {
  readonly shown = signal<Timeline | undefined>(undefined)
  private wanted: Readonly<Record<string, unknown>> | undefined
  private frame = 0
  private isAsking = false
  private readonly stopped = new AbortController()
  private readonly chapter: Chapter
  private readonly way: Way

  constructor(chapter: Chapter, way: Way) {
    this.chapter = chapter
    this.way = way
  }

  /** Asks at the next frame, as a drag changes a knob several times between two. */
  want(written: Written): void {
    this.wanted = valuesOf(this.chapter, written)
    if (this.frame === 0 && !this.isAsking) this.frame = requestAnimationFrame(() => this.ask())
  }

  stop(): void {
    this.stopped.abort()
    cancelAnimationFrame(this.frame)
  }

  private ask(): void {
    this.frame = 0
    const knobs = this.wanted
    if (knobs === undefined) return
    this.wanted = undefined
    this.isAsking = true
    askJson<Timeline>("/experiments/predictions", {
      method: "POST",
      body: { chapter: this.chapter.name, way: this.way, knobs },
      signal: this.stopped.signal
    }).then((predicted) => {
      this.shown.value = predicted
    }, (error: unknown) => {
      // a knob that the server refuses has no prediction, and the run itself tells why
      if (error instanceof Refused || error instanceof Away) this.shown.value = undefined
      else report(error)
    }).finally(() => {
      this.isAsking = false
      if (!this.stopped.signal.aborted) this.ask()
    })
  }
}

/** Follows the knobs of a chapter with the prediction of a way; there is none for a chapter without predictions. */
export const usePrediction = (chapter: Chapter, way: Way, written: Written): ReadonlySignal<Timeline | undefined> => {
  const predictions = useMemo(() => new Predictions(chapter, way), [chapter, way])
  useEffect(() => () => predictions.stop(), [predictions])
  useEffect(() => {
    if (chapter.predictable) predictions.want(written)
  }, [predictions, written])
  return predictions.shown
}
