import { Option, type ParseResult, Schema, SchemaAST } from "effect"
import { ruleOfIssue } from "./Rule.ts"
import { type Text, text } from "./Text.ts"

type Path = ReadonlyArray<PropertyKey>

/** One thing that is wrong with a value: its place, the sentence, and the kind of the issue. */
export interface Issue {
  readonly path: Path
  readonly msg: Text
  readonly type: string
}

/**
 * Placeholder for a JSON value that JavaScript would read as a different value. Every schema rejects the placeholder.
 */
export class UnusableValue {
  readonly reason: Text
  /** True if a rule about the value says more than the reason. */
  readonly breaksRule: boolean

  constructor(reason: Text, breaksRule: boolean) {
    this.reason = reason
    this.breaksRule = breaksRule
  }
}

const keywords: Partial<Record<SchemaAST.AST["_tag"], Text>> = {
  StringKeyword: text("une chaîne", "a string"),
  NumberKeyword: text("un nombre", "a number"),
  BooleanKeyword: text("true ou false", "true or false"),
  TypeLiteral: text("un objet", "an object"),
  TupleType: text("un tableau", "an array")
}

const wholeNumber = text("un nombre entier", "a whole number")

const isInteger = (ast: SchemaAST.AST): boolean =>
  Option.contains(SchemaAST.getSchemaIdAnnotation(ast), Schema.IntSchemaId)

const alternatives = (options: ReadonlyArray<Text>): Text =>
  text(
    [...new Set(options.map(({ fr }) => fr))].join(" ou "),
    [...new Set(options.map(({ en }) => en))].join(" or ")
  )

/** Says in words which value a schema expects. The given value is left out, because it may be large, deep or secret. */
const expected = (ast: SchemaAST.AST): Text => {
  if (isInteger(ast)) return wholeNumber
  if (ast._tag === "Refinement" || ast._tag === "Transformation") return expected(ast.from)
  // the member that may be left out is none that anybody could give
  if (ast._tag === "Union") {
    return alternatives(ast.types.filter(({ _tag }) => _tag !== "UndefinedKeyword").map(expected))
  }
  return keywords[ast._tag] ?? text(String(ast), String(ast))
}

/** Names the broken rule in the words of its schema, or else of the schema's type. */
const broken = (issue: ParseResult.ParseIssue & { readonly ast: SchemaAST.AST }): Text =>
  Option.getOrElse(ruleOfIssue(issue), () => {
    const { en, fr } = expected(issue.ast)
    return text(`doit être ${fr}`, `must be ${en}`)
  })

const leaf = (path: Path, msg: Text, type: string): ReadonlyArray<Issue> => [{ path, msg, type }]

const isMany = <A>(issues: ParseResult.SingleOrNonEmpty<A>): issues is readonly [A, ...Array<A>] =>
  Array.isArray(issues)

const all = <A>(issues: ParseResult.SingleOrNonEmpty<A>): ReadonlyArray<A> => (isMany(issues) ? issues : [issues])

/** True if the value is not even of the type that a schema begins with. */
const isOfOtherType = (issue: ParseResult.ParseIssue): boolean =>
  issue._tag === "Type" ||
  ((issue._tag === "Refinement" || issue._tag === "Transformation") && issue.kind === "From" &&
    isOfOtherType(issue.issue))

const isLiteral = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Literal" || (ast._tag === "Union" && ast.types.every(isLiteral))

/** True if a member of an object has another fixed value than the schema's, such as `kind`: another one was meant. */
const isOfOtherKind = (issue: ParseResult.ParseIssue): boolean => {
  switch (issue._tag) {
    case "Pointer": {
      const { issue: value } = issue
      return (value._tag === "Type" || value._tag === "Composite") && isLiteral(value.ast)
    }
    case "Composite":
      return all(issue.issues).some(isOfOtherKind)
    case "Refinement":
    case "Transformation":
      return isOfOtherKind(issue.issue)
    default:
      return false
  }
}

const isWhole = (issues: ReadonlyArray<Issue>): boolean => issues.every(({ type }) => type !== "missing")

/**
 * Reports a failed union. If exactly one member has the right type, or the right kind, or all its fields, the client
 * meant that member, and its issues are reported. Otherwise one issue stands for the whole union.
 */
const ofUnion = (issue: ParseResult.Composite, path: Path): ReadonlyArray<Issue> => {
  const typed = all(issue.issues).filter((one) => !isOfOtherType(one))
  const ofKind = typed.length === 1 ? typed : typed.filter((one) => !isOfOtherKind(one))
  const found = ofKind.map((one) => collect(one, path))
  const [meant, ...others] = found.length === 1 ? found : found.filter(isWhole)
  return meant !== undefined && others.length === 0 ? meant : leaf(path, broken(issue), "type_error")
}

/** Explains why no schema can take the value. If the schema's rule says more, the rule takes precedence. */
const ofUnusable = (value: UnusableValue, issue: ParseResult.ParseIssue, path: Path): ReadonlyArray<Issue> =>
  leaf(path, Option.getOrElse(value.breaksRule ? ruleOfIssue(issue) : Option.none(), () => value.reason), "value_error")

/** Locates a failed filter over several fields at the field that the filter names. */
const ofPredicate = (issue: ParseResult.Refinement, path: Path): ReadonlyArray<Issue> =>
  leaf(
    issue.issue._tag === "Pointer" ? [...path, ...[issue.issue.path].flat()] : path,
    broken(issue),
    "value_error"
  )

const collect = (issue: ParseResult.ParseIssue, path: Path): ReadonlyArray<Issue> => {
  if (issue._tag !== "Pointer" && issue.actual instanceof UnusableValue) return ofUnusable(issue.actual, issue, path)
  switch (issue._tag) {
    case "Missing":
      return leaf(path, text("champ requis", "field required"), "missing")
    case "Unexpected":
      return leaf(path, text("champ inconnu ici", "extra fields are not permitted here"), "extra_forbidden")
    case "Pointer":
      return collect(issue.issue, [...path, ...[issue.path].flat()])
    case "Type":
      return leaf(path, broken(issue), "type_error")
    case "Forbidden":
      return leaf(path, text("interdit", "forbidden"), "forbidden")
    case "Composite":
      return issue.ast._tag === "Union"
        ? ofUnion(issue, path)
        : all(issue.issues).flatMap((inner) => collect(inner, path))
    case "Transformation":
      return issue.kind === "Transformation" && issue.issue._tag === "Type"
        ? leaf(path, broken(issue), "value_error")
        : collect(issue.issue, path)
    case "Refinement":
      return issue.kind === "From" ? collect(issue.issue, path) : ofPredicate(issue, path)
  }
}

/** Lists the issues of a value that a schema refused, each at its member. Decoders need `errors: "all"` to find all. */
export const issuesOf = (issue: ParseResult.ParseIssue): ReadonlyArray<Issue> => collect(issue, [])

/** Writes the issues of a value on one line, in English: `upstream.servers: must be a whole number from 1 to 9`. */
export const sentenceOf = (error: ParseResult.ParseError): string =>
  issuesOf(error.issue).map(({ msg, path }) => path.length === 0 ? msg.en : `${path.join(".")}: ${msg.en}`).join("; ")
