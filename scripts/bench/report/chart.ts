import type { Results } from "./Results.ts"
import { decide, find, ours, ratio, type Verdict } from "./statistics.ts"

/** A bar of the chart: ours beside one peer, or beside a bound. */
export interface Bar {
  readonly title: string
  /** What ours stands beside. */
  readonly beside: string
  /** Above 1 ours is the better one. */
  readonly ratio: number
  /** What it must be at least; none where nothing is asked. */
  readonly target: number | undefined
  readonly met: boolean | undefined
}

const verdictBar = (title: string, beside: string, { how, met }: Verdict, least: number): Bar => ({
  title,
  beside,
  ratio: how * least,
  target: least,
  met
})

/** The bars of all figures: a bar for each peer, and one for each bound. */
export const bars = ({ figures }: Results): ReadonlyArray<Bar> =>
  figures.flatMap((result) => {
    const own = find(result, ours)
    if (own === undefined) return []
    const title = `${result.row}: ${result.unit}`
    const peers = result.measured.filter((peer) => peer !== own).map(({ contender, median }): Bar => {
      const target = result.targets.find((target) => target.kind === "ratio" && target.peer === contender)
      return target?.kind === "ratio"
        ? verdictBar(title, contender, decide(result, target), target.least)
        : {
          title,
          beside: contender,
          ratio: ratio(result.better, own.median, median),
          target: undefined,
          met: undefined
        }
    })
    const bounds = result.targets.flatMap((target) =>
      target.kind === "bound"
        ? [verdictBar(title, `bound of ${target.limit}`, decide(result, target), 1)]
        : []
    )
    return [...peers, ...bounds]
  })

/** The most that the chart shows: the next half above the longest bar and target, and 1 at least; a longer bar is cut off at 4. */
export const scaleOf = (all: ReadonlyArray<Bar>): number => {
  const most = Math.max(1, ...all.flatMap(({ ratio, target = 0 }) => [Number.isFinite(ratio) ? ratio : 0, target]))
  return Math.min(4, Math.ceil(most * 2) / 2)
}
