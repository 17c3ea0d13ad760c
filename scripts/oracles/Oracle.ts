import type { Result } from "../../src/simulation/Result.ts"
import type { Scenario } from "../../src/simulation/Scenario.ts"

/** One figure of a run beside the value that theory gives. */
export interface Comparison {
  readonly figure: string
  readonly expected: number
  readonly got: number
  /** The greatest difference, in the unit of the figure: four standard errors, or rounding where nothing is drawn. */
  readonly tolerance: number
}

/** A scenario with known figures. */
export interface Oracle {
  readonly name: string
  /** The source of the values. */
  readonly source: string
  /** Requests of the full comparison, and of the one that tests make. */
  readonly requests: { readonly full: number; readonly test: number }
  readonly scenario: (requests: number) => typeof Scenario.Encoded
  readonly compare: (result: Result) => ReadonlyArray<Comparison>
}

/** The tolerance of a share of so many independent samples: four standard errors of a binomial. */
export const shareError = (share: number, samples: number): number => 4 * Math.sqrt(share * (1 - share) / samples)

/**
 * The tolerance of a figure of a queue, whose samples depend on each other: `relative` at a million samples, and more
 * for fewer by the root of their number.
 */
export const queueError = (expected: number, relative: number, samples: number): number =>
  expected * relative * Math.sqrt(1_000_000 / samples)

export const isMet = ({ expected, got, tolerance }: Comparison): boolean => Math.abs(got - expected) <= tolerance
