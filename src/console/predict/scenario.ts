/** The place of a value in a scenario. */
export type Path = ReadonlyArray<string | number>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** Reads the value at a place; undefined where there is none. */
export const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => isRecord(inner) ? inner[step] : undefined, value)

/** Returns a copy with another value at a place. */
export const withAt = (value: unknown, [step, ...rest]: Path, replaced: unknown): unknown => {
  if (step === undefined) return replaced
  if (Array.isArray(value)) return value.map((one, index) => index === step ? withAt(one, rest, replaced) : one)
  return isRecord(value) ? { ...value, [step]: withAt(value[step], rest, replaced) } : value
}

const isTime = (text: string) => /^\d+(\.\d+)?\s+(nano|micro|milli|second|minute|hour|day)s?$/.test(text)

/** Lists the places of a scenario whose values are numbers or times, which can be swept. */
export const places = (value: unknown, path: Path = []): ReadonlyArray<Path> => {
  if (typeof value === "number" || (typeof value === "string" && isTime(value))) return [path]
  if (!isRecord(value)) return []
  const steps = Array.isArray(value) ? value.map((one, index) => [index, one] as const) : Object.entries(value)
  return steps.flatMap(([step, inner]) => places(inner, [...path, step]))
}

/** Reads a value as the reader writes it: a number, or else a text such as a time. */
export const read = (written: string): number | string =>
  written.trim() !== "" && Number.isFinite(Number(written)) ? Number(written) : written.trim()

export const nameOf = (path: Path): string => path.join(".")

/** The scenario in a text; undefined if the text is no JSON. */
export const parsed = (text: string): { readonly scenario: unknown } | undefined => {
  try {
    return { scenario: JSON.parse(text) }
  } catch {
    return undefined
  }
}

export const written = (scenario: unknown): string => JSON.stringify(scenario, undefined, 2)
