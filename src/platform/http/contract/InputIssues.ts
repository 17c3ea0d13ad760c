import type { ParseResult } from "effect"
import { issuesOf } from "../../../domain/ParseIssues.ts"
import type { InputIssue } from "../../../domain/Problem.ts"

type Path = ReadonlyArray<PropertyKey>
type Location = (path: Path) => ReadonlyArray<string | number>

/** Limit of issues in one answer: as many as a person would read. */
const mostIssues = 100

/** Lists the issues of one part of a request (its path, query, headers or body) for the 422, at most 100. */
export const fromParseIssue = (issue: ParseResult.ParseIssue, location: Location): ReadonlyArray<InputIssue> =>
  issuesOf(issue).slice(0, mostIssues).map(({ msg, path, type }) => ({ loc: location(path), msg, type }))

/** Locates an issue below the name of its part: `["path", "user_id"]`. */
export const below = (part: string): Location => (path) => [
  part,
  ...path.map((step) => (typeof step === "number" ? step : String(step)))
]
