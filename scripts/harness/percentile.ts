/** The value that so large a share of the others do not exceed; not a number where there are none. */
export const at = (ascending: ReadonlyArray<number>, share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
