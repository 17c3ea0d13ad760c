import { type HttpApiEndpoint, HttpApiSchema, HttpMethod, type HttpServerRequest } from "@effect/platform"
import { Context, Effect, Either, Equal, Exit, Option, Schema, type SchemaAST } from "effect"
import { type InputIssue, InvalidInput, type Problem } from "../../../domain/Problem.ts"
import { type Text, text } from "../../../domain/Text.ts"
import * as Codec from "../../codec/Codec.ts"
import { headerName, Idempotent, keyRule, readKey } from "../contract/Idempotent.ts"
import { below, fromParseIssue } from "../contract/InputIssues.ts"
import { isParams, type Parameter, parametersOf } from "../contract/Params.ts"
import { type BodyProblem, type Limits, readJson } from "./RequestBody.ts"

/** A request with the path and query parameters that the router found. */
export interface Matched {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: Readonly<Record<string, string | undefined>>
  readonly query: Readonly<Record<string, string | Array<string>>>
}

/** The decoded parts of a request that its endpoint declares. */
export interface Decoded {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: unknown
  readonly urlParams: unknown
  readonly payload: unknown
  /** Set only for an endpoint that takes a key. */
  readonly idempotencyKey: string | undefined
  /** Answers in place of the handler if the request's conditions do not hold. */
  readonly instead?: Effect.Effect<unknown, Problem>
}

type Issues = ReadonlyArray<InputIssue>
type Part = Either.Either<unknown, Issues>
type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

const decodeUnknown = (ast: SchemaAST.AST) => Codec.decoder(Schema.make<unknown, unknown, never>(ast))

const decoder = (ast: SchemaAST.AST, name: string) => {
  const decode = decodeUnknown(ast)
  return (input: unknown): Part => Either.mapLeft(decode(input), (issue) => fromParseIssue(issue, below(name)))
}

const issue = (loc: ReadonlyArray<string | number>, msg: Text, type: string): InputIssue => ({ loc, msg, type })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const givenTwice = (name: string) =>
  issue(["query", name], text("donné plusieurs fois", "given more than once"), "value_error")

const twoValues = (name: string) =>
  issue(
    ["query", name],
    text(
      "a deux valeurs, l'une dans l'URL et l'autre dans le corps",
      "given in the query and in the body with two values"
    ),
    "value_error"
  )

/** Accepts a query value that is given once, or repeated with the same text. */
const single = (value: string | Array<string>): Option.Option<string> =>
  typeof value === "string" ?
    Option.some(value) :
    Option.liftPredicate(value[0] ?? "", (first) => value.every((other) => other === first))

/** Compares a parameter that query and body both give. Reports an issue unless both mean the same value of its type. */
const compared = (name: string, { type }: Parameter, inQuery: unknown, inBody: unknown): Issues => {
  const decode = decodeUnknown(type)
  const ofQuery = decode(inQuery)
  if (Either.isLeft(ofQuery)) return fromParseIssue(ofQuery.left, () => ["query", name])
  // An issue of the body is reported with those of its other members.
  return Either.match(decode(inBody), {
    onLeft: () => [],
    onRight: (value) => Equal.equals(value, ofQuery.right) ? [] : [twoValues(name)]
  })
}

/**
 * Decodes parameters from the query and the JSON body together. A parameter with a different value in each is an issue.
 */
const paramsDecoder = (ast: SchemaAST.AST) => {
  const parameters = parametersOf(ast)
  const decode = decodeUnknown(ast)
  return (query: Matched["query"], body: unknown): Part => {
    if (body !== undefined && !isRecord(body)) {
      return Either.left([issue(["body"], text("doit être un objet JSON", "must be a JSON object"), "type_error")])
    }
    const issues: Array<InputIssue> = []
    const merged: Record<string, unknown> = { ...body }
    const fromQuery = new Set<string>()
    for (const [name, parameter] of parameters) {
      const written = query[name]
      if (written === undefined) continue
      const value = Option.map(single(written), parameter.read)
      if (Option.isNone(value)) {
        issues.push(givenTwice(name))
      } else if (Object.hasOwn(merged, name)) {
        issues.push(...compared(name, parameter, value.value, merged[name]))
      } else {
        merged[name] = value.value
        fromQuery.add(name)
      }
    }
    const elsewhere = body === undefined ? "query" : "body"
    const decoded = Either.mapLeft(
      decode(merged),
      (found) => fromParseIssue(found, (path) => below(fromQuery.has(String(path[0])) ? "query" : elsewhere)(path))
    )
    if (issues.length === 0) return decoded
    const refused = new Set(issues.flatMap(({ loc: [, name] }) => Object.hasOwn(merged, String(name)) ? [] : [name]))
    return Either.left([
      ...issues,
      ...Either.match(decoded, { onLeft: (more) => more.filter(({ loc }) => !refused.has(loc[1])), onRight: () => [] })
    ])
  }
}

/** Decodes query parameters. A parameter may be repeated only with the same text. */
const urlParamsDecoder = (ast: SchemaAST.AST) => {
  const decode = decoder(ast, "query")
  const names = [...parametersOf(ast).keys()]
  return (query: Matched["query"]): Part => {
    const given: Record<string, string> = {}
    const twice: Array<InputIssue> = []
    for (const name of names) {
      const written = query[name]
      if (written === undefined) continue
      const value = single(written)
      if (Option.isSome(value)) given[name] = value.value
      else twice.push(givenTwice(name))
    }
    return twice.length > 0 ? Either.left(twice) : decode(given)
  }
}

const isMultipart = (ast: SchemaAST.AST) =>
  HttpApiSchema.getMultipart(ast) !== undefined || HttpApiSchema.getMultipartStream(ast) !== undefined

/**
 * True if a `%` does not begin an encoded byte of UTF-8. A lenient decoder would turn the URL into text that nobody
 * wrote.
 */
const isMalformed = (url: string): boolean =>
  url.includes("%") && Either.isLeft(Either.try(() => decodeURIComponent(url)))

/** Names only the query, since the router finds no operation for a malformed path. */
const malformed = InvalidInput.of(
  ["query"],
  text("contient un encodage-pourcent mal formé", "has a malformed percent-encoding"),
  "value_error"
)

const nothing = Either.right(undefined)

const issuesOf = (part: Part): Issues => (Either.isLeft(part) ? part.left : [])

const idempotencyKey = (request: Matched["request"]): Either.Either<string | undefined, Issues> => {
  const written = request.headers["idempotency-key"]
  return written === undefined
    ? nothing
    : Either.fromOption(readKey(written), () => [issue(["header", headerName], keyRule, "value_error")])
}

type Decoder = (query: Matched["query"], body: unknown) => Part

const payloadDecoder = (ast: SchemaAST.AST): Decoder => {
  if (isParams(ast)) return paramsDecoder(ast)
  const decode = decoder(ast, "body")
  return (_, body) =>
    body === undefined
      ? Either.left([issue(["body"], text("champ requis", "field required"), "missing")])
      : decode(body)
}

const nothingToDecode = () => nothing

/**
 * Compiles an endpoint's path, query and body schemas into one decoder, made once. The decoder reports all issues of
 * all parts at once (422). The body is read only if one is declared; otherwise the decoder's effect is an `Exit`. The
 * handler of a multipart payload streams the payload itself.
 */
export const compile = (endpoint: Endpoint, limits: Limits) => {
  const payloadSchema = Option.filter(endpoint.payloadSchema, ({ ast }) => !isMultipart(ast))
  const decodePath = Option.match(endpoint.pathSchema, {
    onNone: () => nothingToDecode,
    onSome: ({ ast }) => decoder(ast, "path")
  })
  const decodeQuery = Option.match(endpoint.urlParamsSchema, {
    onNone: () => nothingToDecode,
    onSome: ({ ast }) => urlParamsDecoder(ast)
  })
  const decodePayload: Decoder = Option.match(payloadSchema, {
    onNone: () => nothingToDecode,
    onSome: ({ ast }) => payloadDecoder(ast)
  })
  const names = Option.match(payloadSchema, {
    onNone: () => [],
    onSome: ({ ast }) => isParams(ast) ? [...parametersOf(ast).keys()] : []
  })
  const takesKey = Context.get(endpoint.annotations, Idempotent)
  const readsBody = Option.isSome(payloadSchema) && HttpMethod.hasBody(endpoint.method)

  const decode = ({ path, query, request }: Matched, body: unknown): Exit.Exit<Decoded, InvalidInput> => {
    const ofPath = decodePath(path)
    const ofQuery = decodeQuery(query)
    const ofPayload = decodePayload(query, body)
    const ofHeaders = takesKey ? idempotencyKey(request) : nothing
    return Either.isRight(ofPath) && Either.isRight(ofQuery) && Either.isRight(ofPayload) && Either.isRight(ofHeaders)
      ? Exit.succeed({
        request,
        path: ofPath.right,
        urlParams: ofQuery.right,
        payload: ofPayload.right,
        idempotencyKey: ofHeaders.right
      })
      : Exit.fail(new InvalidInput({ errors: [ofPath, ofQuery, ofPayload, ofHeaders].flatMap(issuesOf) }))
  }

  return (matched: Matched): Effect.Effect<Decoded, BodyProblem> => {
    if (isMalformed(matched.request.url)) return Exit.fail(malformed)
    return readsBody
      ? Effect.flatMap(readJson(matched.request, limits, names), (body) => decode(matched, body))
      : decode(matched, undefined)
  }
}
