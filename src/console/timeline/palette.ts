import { allShown, type Shown } from "../../timeline/pictureRows.ts"

// Every state has a colour, a pattern and a letter, so that no two are told apart by colour alone.

/** The fill of a state and the colour of its pattern, on a light ground and on a dark one. */
const colours: Readonly<Record<Shown, readonly [light: readonly [string, string], dark: readonly [string, string]]>> = {
  running: [["#2f7d4f", "#2f7d4f"], ["#58b27d", "#58b27d"]],
  ready: [["#e8b53a", "#8a5f00"], ["#6f4e0a", "#f0c45c"]],
  sleep: [["#b5d3ec", "#4b80b3"], ["#2a4c6b", "#7fb2df"]],
  pause: [["#a3dbe2", "#1d7480"], ["#1c5058", "#6fcad6"]],
  join: [["#d9d4ce", "#a39a91"], ["#3b3632", "#6c645c"]],
  permit: [["#dcb8e3", "#83438f"], ["#57315f", "#c98ad6"]],
  turn: [["#f2b5ca", "#a63d66"], ["#642b43", "#ec8fb2"]],
  commit: [["#9fd6c9", "#1d6f5f"], ["#1d4f45", "#67c2af"]],
  worker: [["#f5b9a3", "#a04d2d"], ["#6a3522", "#f0a184"]],
  upstream: [["#bcc5ee", "#48559f"], ["#353d74", "#a1adec"]],
  queue: [["#c9b9e8", "#5a4391"], ["#42336c", "#ae96e0"]],
  signal: [["#d6c7bf", "#6d5850"], ["#4b3d37", "#b8a195"]],
  socket: [["#b9dfba", "#3f7a43"], ["#2f5232", "#8bc98e"]],
  file: [["#e4e8a3", "#6b7020"], ["#4c5018", "#cdd36c"]],
  mail: [["#f8d5a3", "#8a5a14"], ["#5f3f10", "#efb768"]],
  unknown: [["#f4f1ed", "#8f867d"], ["#24201d", "#8f867d"]]
}

/** The ground of a state's pattern, on which text is legible. */
export const groundOf = (state: Shown, isDark: boolean): string => colours[state][isDark ? 1 : 0][0]

/** The side of a pattern's tile in CSS pixels. */
const tile = 8

type Draw = (paint: CanvasRenderingContext2D) => void

const lines = (...points: ReadonlyArray<readonly [number, number, number, number]>): Draw => (paint) => {
  paint.beginPath()
  for (const [x1, y1, x2, y2] of points) {
    paint.moveTo(x1, y1)
    paint.lineTo(x2, y2)
  }
  paint.stroke()
}

const dots = (radius: number, ...points: ReadonlyArray<readonly [number, number]>): Draw => (paint) => {
  for (const [x, y] of points) {
    paint.beginPath()
    paint.arc(x, y, radius, 0, 2 * Math.PI)
    paint.fill()
  }
}

const rising = [[-1, 9, 9, -1], [-1, 1, 1, -1], [7, 9, 9, 7]] as const
const falling = [[-1, -1, 9, 9], [-1, 7, 1, 9], [7, -1, 9, 1]] as const

/** The pattern of a state on its tile; none for a state that is plain. */
const patterns: Partial<Readonly<Record<Shown, Draw>>> = {
  ready: lines(...rising),
  sleep: dots(0.9, [2, 2], [6, 6]),
  pause: lines([0, 2, 8, 2], [0, 6, 8, 6]),
  permit: lines(...rising, [-1, 5, 5, -1], [3, 9, 9, 3]),
  turn: lines(...falling),
  commit: lines([2, 0, 2, 8], [6, 0, 6, 8]),
  worker: lines([0, 4, 8, 4], [4, 0, 4, 8]),
  upstream: lines([0, 0, 4, 4], [4, 4, 0, 8], [4, 0, 8, 4], [8, 4, 4, 8]),
  queue: lines(...rising, ...falling),
  signal: dots(1.7, [4, 4]),
  socket: lines([0, 2, 4, 2], [4, 6, 8, 6]),
  file: lines([2, 0, 2, 4], [6, 4, 6, 8]),
  mail: lines([0, 4, 4, 8], [4, 8, 8, 4]),
  unknown: lines([0, 4, 2, 4], [4, 0, 6, 0])
}

/** The colours that a canvas needs beside those of the states; they come from theme.css. */
export interface Palette {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly strong: string
  readonly surface: string
  readonly raised: string
  readonly accent: string
  readonly bad: string
  readonly focus: string
  readonly isDark: boolean
  readonly fill: (state: Shown) => string | CanvasPattern
  /** The plain colour of a state, where a pattern would be too fine. */
  readonly flat: (state: Shown) => string
  /** The ground of a state's pattern, on which text is legible. */
  readonly ground: (state: Shown) => string
}

const patternOf = (state: Shown, isDark: boolean, ratio: number): string | CanvasPattern => {
  const [ground, mark] = colours[state][isDark ? 1 : 0]
  const draw = patterns[state]
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = Math.round(tile * ratio)
  const paint = canvas.getContext("2d")
  if (draw === undefined || paint === null) return ground
  paint.scale(canvas.width / tile, canvas.height / tile)
  paint.fillStyle = ground
  paint.fillRect(0, 0, tile, tile)
  paint.strokeStyle = paint.fillStyle = mark
  paint.lineWidth = 1
  draw(paint)
  const pattern = paint.createPattern(canvas, "repeat")
  // a tile has the pixels of the screen, and a canvas the units of the page
  pattern?.setTransform(new DOMMatrix().scale(tile / canvas.width))
  return pattern ?? ground
}

/** Makes the palette of the theme in force for screens with a ratio of pixels. */
export const makePalette = (isDark: boolean, ratio: number): Palette => {
  const styles = getComputedStyle(document.documentElement)
  const variable = (name: string) => styles.getPropertyValue(`--${name}`).trim()
  const fills = new Map(allShown.map((state) => [state, patternOf(state, isDark, ratio)]))
  // the colour of a pattern is the strongest of its state
  const flat = (state: Shown) => colours[state][isDark ? 1 : 0][1]
  return {
    ink: variable("ink"),
    muted: variable("muted"),
    line: variable("line"),
    strong: variable("strong-line"),
    surface: variable("surface"),
    raised: variable("raised"),
    accent: variable("accent"),
    bad: variable("bad"),
    focus: variable("focus"),
    isDark,
    fill: (state) => fills.get(state) ?? flat(state),
    flat,
    ground: (state) => groundOf(state, isDark)
  }
}
