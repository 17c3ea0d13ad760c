/** Names of spans by their numbers in events. They come from the code, so there are few. */
const names: Array<string> = []
const numbers = new Map<string, number>()

/** Names that are kept; a library that puts an id into each name must not fill the memory. */
const mostNames = 10_000

/** Returns the number of a name, or that of a common name beyond the bound. */
export const numberOfName = (name: string): number => {
  const known = numbers.get(name)
  if (known !== undefined) return known
  if (names.length === mostNames) return numberOfName(names[0] ?? name)
  numbers.set(name, names.length)
  return names.push(name) - 1
}

export const nameOf = (number: number): string => names[number] ?? "?"
