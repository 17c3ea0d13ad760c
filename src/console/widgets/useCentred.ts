import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"

/** Scrolls a list that is wider than its place so that its current link is in the middle, each time this is another. */
export const useCentred = <Element extends HTMLElement>(current: unknown): RefObject<Element | null> => {
  const list = useRef<Element>(null)
  useEffect(() => {
    const link = list.current?.querySelector("[aria-current]")
    if (list.current === null || link === null || link === undefined) return
    const [all, one] = [list.current.getBoundingClientRect(), link.getBoundingClientRect()]
    list.current.scrollLeft += one.left - all.left - (all.width - one.width) / 2
  }, [current])
  return list
}
