import type { Check } from "../harness/checks.ts"
import type { RecordedMemory } from "./recordedMemory.ts"

/** Describes one lap of a soak; memory in MiB. */
export const lapText = (runs: number, heap: number, { kept, removed, resident, timelines }: RecordedMemory): string =>
  `${String(runs).padStart(9)} runs   heap ${heap.toFixed(1).padStart(6)} MiB   resident ${
    resident.toFixed(0).padStart(4)
  } MiB   recordings ${kept}, of ${timelines.toFixed(1)} MiB; ${removed} removed`

/** Checks that the lows of laps do not grow over the last half: its second part beside its first. */
export const growth = (name: string, lows: ReadonlyArray<number>, bound: number): Check => {
  const last = lows.slice(Math.floor(lows.length / 2))
  const middle = Math.ceil(last.length / 2)
  const [before, after] = [last.slice(0, middle), last.slice(middle)].map((part) => Math.min(...part))
  const grown = (after ?? Number.NaN) - (before ?? Number.NaN)
  return { name, measured: `${grown.toFixed(1)} MiB, at most ${bound}`, met: grown <= bound }
}
