import type { Language } from "../../domain/Text.ts"
import { shownState } from "../../timeline/pictureRows.ts"
import { stateWords } from "../../timeline/words.ts"
import type { GridRow } from "./grid.ts"
import { sliceAt } from "./Track.ts"
import { duration, reasonFacts } from "./words.ts"

/** Tells in one line what a fiber did at a moment. */
export const textAt = ({ row, track }: GridRow, time: number, language: Language): string | undefined => {
  const slice = row && sliceAt(row, time)
  if (row === undefined || slice === undefined) return undefined
  const facts = slice.reason === undefined
    ? ""
    : reasonFacts(slice.reason, language, (fiber) => track.name(fiber))
  return [
    row.fiber.name,
    stateWords[shownState(slice)][language],
    ...(facts === "" ? [] : [facts]),
    duration(slice.to - slice.from, language)
  ].join(" · ")
}

const hide = (element: HTMLElement | null): void => {
  if (element !== null) element.hidden = true
}

/** The note beside the pointer. It is changed in place, as the pointer moves too often to draw components anew. */
export const Tip = {
  hide,
  show: (
    element: HTMLElement | null,
    grid: GridRow | undefined,
    time: number,
    x: number,
    y: number,
    width: number,
    language: Language
  ): void => {
    const text = grid && textAt(grid, time, language)
    if (element === null || text === undefined) return hide(element)
    element.hidden = false
    element.textContent = text
    const left = Math.max(0, Math.min(width - element.offsetWidth, x - 20))
    element.style.transform = `translate(${left}px, ${y + 18}px)`
  }
}
