import { Order } from "effect"
import type { FigureResult, Measured, Target } from "./Results.ts"

/** The contender whose figures the targets are for. */
export const ours = "barista"

/** Of a core: what other programs may take without a measurement being in doubt. */
export const noticed = 0.15

/** The value in the middle, or what lies between the two in the middle; not a number where there is none. */
export const median = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted(Order.number)
  const middle = ascending.length >> 1
  const upper = ascending[middle] ?? Number.NaN
  return ascending.length % 2 === 1 ? upper : ((ascending[middle - 1] ?? Number.NaN) + upper) / 2
}

/** How well one value stands to another: above 1 it is the better one, whichever way the figure goes. */
export const ratio = (better: FigureResult["better"], one: number, other: number): number =>
  better === "higher" ? one / other : other / one

export const find = ({ measured }: FigureResult, contender: string): Measured | undefined =>
  measured.find((measured) => measured.contender === contender)

/** What a target asks for and how it stands; how well is a ratio to what it asks for, and met from 1 on. */
export interface Verdict {
  readonly target: Target
  readonly how: number
  readonly met: boolean
}

/** Not met too where one of the two was not measured, or ours failed to answer as it should. */
export const decide = (result: FigureResult, target: Target): Verdict => {
  const own = find(result, ours)
  const asked = target.kind === "bound"
    ? ratio(result.better, own?.median ?? Number.NaN, target.limit)
    : ratio(result.better, own?.median ?? Number.NaN, find(result, target.peer)?.median ?? Number.NaN) / target.least
  return { target, how: asked, met: asked >= 1 && own?.failed === 0 }
}
