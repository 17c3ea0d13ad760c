import { Order } from "effect"
import type { FigureResult, Measured, Target } from "./Results.ts"

/** The contender whose figures have targets. */
export const ours = "barista"

/** The share of a core that other programs may take before a measurement is in doubt. */
export const noticed = 0.15

/** Returns the middle value, or the mean of the two middle values; NaN if there is none. */
export const median = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted(Order.number)
  const middle = ascending.length >> 1
  const upper = ascending[middle] ?? Number.NaN
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Compares one value to another; above 1 the first is better, for every kind of figure. */
export const ratio = (better: FigureResult["better"], one: number, other: number): number =>
  better === "higher" ? one / other : other / one

export const find = ({ measured }: FigureResult, contender: string): Measured | undefined =>
  measured.find((measured) => measured.contender === contender)

/** The verdict on a target. `how` is a ratio to the demand, and the target is met from 1 on. */
export interface Verdict {
  readonly target: Target
  readonly how: number
  readonly met: boolean
}

/** Decides a target. It is missed too if either contender was not measured, or ours gave wrong answers. */
export const decide = (result: FigureResult, target: Target): Verdict => {
  const own = find(result, ours)
  const asked = target.kind === "bound"
    ? ratio(result.better, own?.median ?? Number.NaN, target.limit)
    : ratio(result.better, own?.median ?? Number.NaN, find(result, target.peer)?.median ?? Number.NaN) / target.least
  return { target, how: asked, met: asked >= 1 && own?.failed === 0 }
}
