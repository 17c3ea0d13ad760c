import { ParseResult } from "effect"
import type { InputIssue } from "../../domain/Problem.ts"

type Location = (path: ReadonlyArray<PropertyKey>) => ReadonlyArray<string | number>

const kinds: Record<ParseResult.ArrayFormatterIssue["_tag"], string> = {
  Missing: "missing",
  Unexpected: "extra_forbidden",
  Type: "type_error",
  Refinement: "value_error",
  Transformation: "value_error",
  Forbidden: "forbidden",
  Composite: "value_error",
  Pointer: "value_error"
}

const sentence = (issue: ParseResult.ArrayFormatterIssue): string =>
  issue._tag === "Missing" ? "field required" : issue.message.split("\n")[0] ?? issue.message

/** All the issues of one part of a request (its path, query, headers or body), as the 422 lists them. */
export const fromParseIssue = (issue: ParseResult.ParseIssue, location: Location): ReadonlyArray<InputIssue> =>
  ParseResult.ArrayFormatter.formatIssueSync(issue).map((found) => ({
    loc: location(found.path),
    msg: sentence(found),
    type: kinds[found._tag]
  }))

/** Locates an issue below the name of the part: `["path", "user_id"]`. */
export const below = (part: string): Location => (path) => [
  part,
  ...path.map((step) => (typeof step === "number" ? step : String(step)))
]
