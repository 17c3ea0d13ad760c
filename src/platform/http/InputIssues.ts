import { Option, type ParseResult, Predicate, SchemaAST } from "effect"
import type { InputIssue } from "../../domain/Problem.ts"

type Path = ReadonlyArray<PropertyKey>
type Location = (path: Path) => ReadonlyArray<string | number>
type Leaf = Omit<InputIssue, "loc"> & { readonly path: Path }

/** As many as a person would read. */
const mostIssues = 100

const keywords: Partial<Record<SchemaAST.AST["_tag"], string>> = {
  StringKeyword: "a string",
  NumberKeyword: "a number",
  BooleanKeyword: "true or false",
  TypeLiteral: "an object",
  TupleType: "an array"
}

/** What a schema asks for, in words; never what was given, which may be large, deep or secret. */
const expected = (ast: SchemaAST.AST): string => {
  if (ast._tag === "Refinement" || ast._tag === "Transformation") {
    return Option.getOrElse(SchemaAST.getDescriptionAnnotation(ast), () => expected(ast.from))
  }
  if (ast._tag === "Union") return [...new Set(ast.types.map(expected))].join(" or ")
  return keywords[ast._tag] ?? String(ast)
}

/** The sentence that a schema has for its own refusal. */
const annotated = (issue: ParseResult.ParseIssue & { readonly ast: SchemaAST.Annotated }): Option.Option<string> =>
  Option.flatMap(SchemaAST.getMessageAnnotation(issue.ast), (message) => {
    const said = message(issue)
    return Predicate.isString(said) ? Option.some(said) : Option.none()
  })

const leaf = (path: Path, msg: string, type: string): ReadonlyArray<Leaf> => [{ path, msg, type }]

const isMany = <A>(issues: ParseResult.SingleOrNonEmpty<A>): issues is readonly [A, ...Array<A>] =>
  Array.isArray(issues)

const all = <A>(issues: ParseResult.SingleOrNonEmpty<A>): ReadonlyArray<A> => (isMany(issues) ? issues : [issues])

/** The members of a union fail each for its own reason: one that fits but for its parts is what was meant; else they say one thing together. */
const ofUnion = (issue: ParseResult.Composite, path: Path): ReadonlyArray<Leaf> => {
  const [meant, ...others] = all(issue.issues).filter(({ _tag }) => _tag !== "Type")
  return meant !== undefined && others.length === 0
    ? collect(meant, path)
    : leaf(path, Option.getOrElse(annotated(issue), () => `must be ${expected(issue.ast)}`), "type_error")
}

const collect = (issue: ParseResult.ParseIssue, path: Path): ReadonlyArray<Leaf> => {
  switch (issue._tag) {
    case "Missing":
      return leaf(path, "field required", "missing")
    case "Unexpected":
      return leaf(path, "extra fields are not permitted here", "extra_forbidden")
    case "Pointer":
      return collect(issue.issue, [...path, ...[issue.path].flat()])
    case "Type":
      return leaf(
        path,
        issue.message ?? Option.getOrElse(annotated(issue), () => `must be ${expected(issue.ast)}`),
        "type_error"
      )
    case "Forbidden":
      return leaf(path, issue.message ?? "forbidden", "forbidden")
    case "Composite":
      return issue.ast._tag === "Union"
        ? ofUnion(issue, path)
        : all(issue.issues).flatMap((inner) => collect(inner, path))
    case "Transformation":
      return issue.kind === "Transformation" && issue.issue._tag === "Type"
        ? leaf(path, issue.issue.message ?? `must be ${expected(issue.ast)}`, "value_error")
        : collect(issue.issue, path)
    case "Refinement": {
      if (issue.kind === "From") return collect(issue.issue, path)
      const own = issue.issue._tag === "Type" ? Option.fromNullable(issue.issue.message) : Option.none()
      const said = Option.orElse(annotated(issue), () => own)
      return leaf(path, Option.getOrElse(said, () => `must be ${expected(issue.ast)}`), "value_error")
    }
  }
}

/** All the issues of one part of a request (its path, query, headers or body), as the 422 lists them; the first hundred. */
export const fromParseIssue = (issue: ParseResult.ParseIssue, location: Location): ReadonlyArray<InputIssue> =>
  collect(issue, []).slice(0, mostIssues).map(({ msg, path, type }) => ({ loc: location(path), msg, type }))

/** Locates an issue below the name of the part: `["path", "user_id"]`. */
export const below = (part: string): Location => (path) => [
  part,
  ...path.map((step) => (typeof step === "number" ? step : String(step)))
]
