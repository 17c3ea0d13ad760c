import { useLayoutEffect, useRef } from "preact/hooks"

/** Milliseconds in which a bar moves to its next server. */
const lasts = 900

/** The places at which bars were drawn last, and their servers. */
const places = new Map<string, { readonly server: string; readonly rect: DOMRect }>()

/** Lets a bar begin where it stood on another server, and move from there to its own place. */
export const useMoved = (key: string, server: string) => {
  const element = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    const drawn = element.current
    if (drawn === null) return
    const rect = drawn.getBoundingClientRect()
    const before = places.get(key)
    if (before !== undefined && before.server !== server && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      const [x, y] = [before.rect.left - rect.left, before.rect.top - rect.top]
      drawn.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
        duration: lasts,
        easing: "ease-in-out"
      })
    }
    places.set(key, { server, rect })
    // an ended attempt is forgotten once nothing can move from its place
    if (places.size > 1000) places.clear()
  })
  return element
}
