import { effect, type ReadonlySignal, signal, useSignal } from "@preact/signals"
import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { theme } from "../frame/theme.ts"
import { makePalette, type Palette } from "./palette.ts"

/** Pixels of the screen for one of the page; changes as the reader zooms or moves the window to another screen. */
const ratio = signal(devicePixelRatio)
addEventListener("resize", () => {
  ratio.value = devicePixelRatio
})

/** The palette for a theme and a screen, made once for all canvases. */
let made: { readonly key: string; readonly palette: Palette } | undefined

const paletteFor = (isDark: boolean, pixels: number): Palette => {
  const key = `${isDark} ${pixels}`
  if (made?.key !== key) made = { key, palette: makePalette(isDark, pixels) }
  return made.palette
}

interface Size {
  readonly width: number
  readonly height: number
}

/** Keeps the size of an element, in CSS pixels. */
export const useSize = (element: RefObject<Element | null>): ReadonlySignal<Size> => {
  const size = useSignal<Size>({ width: 0, height: 0 })
  useEffect(() => {
    if (element.current === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) size.value = { width: entry.contentRect.width, height: entry.contentRect.height }
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return size
}

/** Paints on a canvas of a size in CSS pixels. */
export type Paint = (context: CanvasRenderingContext2D, palette: Palette, size: Size) => void

/**
 * Paints a canvas at the next frame after a change; several changes before a frame are painted once. `read` reads all
 * signals that painting depends on.
 */
export const useCanvas = (
  paint: Paint,
  read: () => unknown,
  keys: ReadonlyArray<unknown>
): RefObject<HTMLCanvasElement | null> => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(canvas)
  useEffect(() => {
    const run = () => {
      frame = 0
      const element = canvas.current
      const context = element?.getContext("2d")
      if (element === null || context === null || context === undefined) return
      const { height, width } = size.value
      const pixels = ratio.value
      const [across, down] = [Math.round(width * pixels), Math.round(height * pixels)]
      if (element.width !== across || element.height !== down) [element.width, element.height] = [across, down]
      context.setTransform(pixels, 0, 0, pixels, 0, 0)
      context.clearRect(0, 0, width, height)
      paint(context, paletteFor(theme.value === "dark", pixels), size.value)
    }
    let frame = 0
    const stop = effect(() => {
      read()
      if (size.value.width > 0 && ratio.value > 0 && theme.value !== undefined && frame === 0) {
        frame = requestAnimationFrame(run)
      }
    })
    return () => {
      stop()
      cancelAnimationFrame(frame)
    }
  }, keys)
  return canvas
}
