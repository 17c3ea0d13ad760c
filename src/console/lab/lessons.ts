import background from "text:src/background/Background.ts"
import basics from "text:src/basics/Basics.ts"
import compute from "text:src/compute/Compute.ts"
import external from "text:src/external/ExternalCalls.ts"
import handbook from "text:src/handbook.md"
import semaphore from "text:src/policy/FairSemaphore.ts"
import resilience from "text:src/resilience/Resilience.ts"
import transfers from "text:src/transfers/Transfers.ts"

// Loaded only when a text is opened.

/** The product's files that chapters of the Lab run, by their paths in the repository. */
export const sources: Readonly<Record<string, string>> = {
  "src/background/Background.ts": background,
  "src/basics/Basics.ts": basics,
  "src/compute/Compute.ts": compute,
  "src/external/ExternalCalls.ts": external,
  "src/policy/FairSemaphore.ts": semaphore,
  "src/resilience/Resilience.ts": resilience,
  "src/transfers/Transfers.ts": transfers
}

/** The level of a heading; undefined for another line. */
const levelOf = (line: string): number | undefined => /^(#+) /.exec(line)?.[1]?.length

const titleOf = (line: string): string => line.replaceAll(/^#+ |\*\*/g, "")

/** The part of the handbook below a heading, down to the next one of its level or above. Code may have lines with #. */
export const sectionOf = (heading: string): string => {
  const lines = handbook.split("\n")
  const from = lines.findIndex((line) => levelOf(line) !== undefined && titleOf(line) === heading)
  if (from < 0) return ""
  const level = levelOf(lines[from] ?? "") ?? 0
  let isCode = false
  const to = lines.findIndex((line, index) => {
    if (line.startsWith("```")) isCode = !isCode
    return index > from && !isCode && (levelOf(line) ?? Infinity) <= level
  })
  return lines.slice(from + 1, to < 0 ? undefined : to).join("\n").replaceAll(/^```\w*$|^---$/gm, "").trim()
}
