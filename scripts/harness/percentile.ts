/** Returns the value that the given share of ascending values does not exceed; NaN if there are none. */
export const at = (ascending: ReadonlyArray<number>, share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN
