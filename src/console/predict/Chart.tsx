import { say } from "../texts.ts"
import { figure } from "./words.ts"

/** A line: its points with the horizontal place of each, in the order of the axis. */
export interface Line {
  readonly name: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

interface Props {
  readonly title: string
  readonly lines: ReadonlyArray<Line>
  /** Labels of the horizontal axis, and their places. */
  readonly labels: ReadonlyArray<readonly [x: number, text: string]>
  readonly isDotted?: boolean
}

const [width, height] = [640, 200]
const [left, right, top, bottom] = [52, 12, 10, 24]

/** The greatest of 1, 2 and 5 times a power of ten that divides a range into at least three parts. */
export const stepOf = (range: number): number => {
  const power = 10 ** Math.floor(Math.log10(range / 3))
  return [5, 2, 1].map((factor) => factor * power).find((step) => range / step >= 3) ?? power
}

export const ticksOf = (range: number): ReadonlyArray<number> => {
  const step = stepOf(range)
  return Array.from(
    { length: Math.floor(range / step + 1e-9) + 1 },
    (_, index) => Number((index * step).toPrecision(6))
  )
}

/** Six colours, then the same with dashes, so that seven variants of a lesson differ. */
const tone = (index: number) => `chart-line chart-tone${index % 6}${index >= 6 ? " chart-dashed" : ""}`

/** Lines over one axis as SVG. uPlot would bring 22 kB and a canvas without text for some hundred points a line. */
export const Chart = ({ isDotted = false, labels, lines, title }: Props) => {
  const places = [...lines.flatMap(({ points }) => points.map(([x]) => x)), ...labels.map(([x]) => x)]
  const end = Math.max(1e-9, ...places)
  const most = Math.max(1e-9, ...lines.flatMap(({ points }) => points.map(([, y]) => y)))
  const across = (x: number) => left + (x / end) * (width - left - right)
  const down = (y: number) => height - bottom - (y / most) * (height - top - bottom)
  const pathOf = ({ points }: Line) =>
    points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${across(x).toFixed(1)} ${down(y).toFixed(1)}`).join("")
  return (
    <figure class="chart">
      <figcaption>
        <strong>{title}</strong>
        <ul>
          {lines.map(({ name }, index) => (
            <li key={name}>
              <svg viewBox="0 0 18 8" aria-hidden="true">
                <path class={tone(index)} d="M0 4H18" />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${lines.map(summary).join("; ")}`}>
        {ticksOf(most).map((tick) => (
          <g key={tick}>
            <line class="chart-grid" x1={left} x2={width - right} y1={down(tick)} y2={down(tick)} />
            <text x={left - 6} y={down(tick) + 4} text-anchor="end">{figure(tick)}</text>
          </g>
        ))}
        {labels.map(([x, text]) => (
          <text key={text} x={across(x)} y={height - 6} text-anchor={x === end ? "end" : "middle"}>{text}</text>
        ))}
        {lines.map((line, index) => (
          <g key={line.name} class={tone(index)}>
            <path d={pathOf(line)} />
            {isDotted && line.points.map(([x, y]) => <circle key={x} cx={across(x)} cy={down(y)} r="3" />)}
          </g>
        ))}
      </svg>
    </figure>
  )
}

const summary = ({ name, points }: Line): string => {
  const values = points.map(([, y]) => y)
  return say(
    `${name} de ${figure(Math.min(...values))} à ${figure(Math.max(...values))}`,
    `${name} from ${figure(Math.min(...values))} to ${figure(Math.max(...values))}`
  )
}
