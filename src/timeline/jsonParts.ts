import type { Timeline } from "./Timeline.ts"

/** Members of one part, so that a part takes about a millisecond. */
const membersOfPart = 1_000

/** Writes a timeline as JSON in parts, between which other work may run. */
export function* jsonParts(timeline: Timeline): Generator<string> {
  let opening = "{"
  for (const [key, value] of Object.entries(timeline)) {
    const name = `${opening}${JSON.stringify(key)}:`
    opening = ","
    if (!Array.isArray(value)) {
      yield `${name}${JSON.stringify(value)}`
      continue
    }
    yield `${name}[`
    for (let at = 0; at < value.length; at += membersOfPart) {
      const part = JSON.stringify(value.slice(at, at + membersOfPart)).slice(1, -1)
      yield at === 0 ? part : `,${part}`
    }
    yield "]"
  }
  yield "}"
}
