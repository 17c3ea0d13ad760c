import { type HttpApiEndpoint, HttpApiSchema, HttpMethod, type HttpServerRequest } from "@effect/platform"
import { Context, Effect, Either, Exit, Option, Schema, type SchemaAST } from "effect"
import { type InputIssue, InvalidInput, type PayloadTooLarge, type UnsupportedMediaType } from "../../domain/Problem.ts"
import * as Codec from "../codec/Codec.ts"
import { headerName, Idempotent, keyRule, readKey } from "./Idempotent.ts"
import { below, fromParseIssue } from "./InputIssues.ts"
import { isParams, queryReaders } from "./Params.ts"
import { readJson } from "./RequestBody.ts"

/** What the router found out about a request. */
export interface Matched {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: Readonly<Record<string, string | undefined>>
  readonly query: Readonly<Record<string, string | Array<string>>>
}

/** What an endpoint declares of a request, decoded. */
export interface Decoded {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly path: unknown
  readonly urlParams: unknown
  readonly payload: unknown
  /** Only of an endpoint that takes one. */
  readonly idempotencyKey: string | undefined
}

type Refusal = InvalidInput | PayloadTooLarge | UnsupportedMediaType
type Issues = ReadonlyArray<InputIssue>
type Part = Either.Either<unknown, Issues>
type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

const decodeUnknown = (ast: SchemaAST.AST) => Codec.decoder(Schema.make<unknown, unknown, never>(ast))

const decoder = (ast: SchemaAST.AST, name: string) => {
  const decode = decodeUnknown(ast)
  return (input: unknown): Part => Either.mapLeft(decode(input), (issue) => fromParseIssue(issue, below(name)))
}

const issue = (loc: ReadonlyArray<string | number>, msg: string, type: string): InputIssue => ({ loc, msg, type })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isScalar = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** Whether the body's value and the query's say the same, `1` and `"1.0"` included. */
const same = (inBody: unknown, inQuery: unknown): boolean =>
  isScalar(inBody) && (String(inBody) === String(inQuery) || Number(inBody) === Number(inQuery))

const givenTwice = (name: string) => issue(["query", name], "given more than once", "value_error")

/** A value of the query that is given once, or given again with the same text. */
const single = (value: string | Array<string>): Option.Option<string> =>
  typeof value === "string" ?
    Option.some(value) :
    Option.liftPredicate(value[0] ?? "", (first) => value.every((other) => other === first))

/** Parameters from the query and the JSON body together; one that both give with two values is an issue. */
const paramsDecoder = (ast: SchemaAST.AST) => {
  const readers = queryReaders(ast)
  const decode = decodeUnknown(ast)
  return (query: Matched["query"], body: unknown): Part => {
    if (body !== undefined && !isRecord(body)) {
      return Either.left([issue(["body"], "must be a JSON object", "type_error")])
    }
    const issues: Array<InputIssue> = []
    const merged: Record<string, unknown> = { ...body }
    const fromQuery = new Set<string>()
    for (const [name, read] of readers) {
      const written = query[name]
      if (written === undefined) continue
      const value = Option.map(single(written), read)
      if (Option.isNone(value)) {
        issues.push(givenTwice(name))
      } else if (Object.hasOwn(merged, name) && !same(merged[name], value.value)) {
        issues.push(issue(["query", name], "given in the query and in the body with two values", "value_error"))
      } else if (!Object.hasOwn(merged, name)) {
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
    const refused = new Set(issues.map(({ loc }) => loc[1]))
    return Either.left([
      ...issues,
      ...Either.match(decoded, { onLeft: (more) => more.filter(({ loc }) => !refused.has(loc[1])), onRight: () => [] })
    ])
  }
}

/** A parameter of the query may be given once, or again with the same text. */
const urlParamsDecoder = (ast: SchemaAST.AST) => {
  const decode = decoder(ast, "query")
  const names = [...queryReaders(ast).keys()]
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

/** Whether a `%` does not begin an encoded byte of UTF-8: decoded loosely, it would pass as text that nobody wrote. */
const isMalformed = (url: string): boolean =>
  url.includes("%") && Either.isLeft(Either.try(() => decodeURIComponent(url)))

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
  return (_, body) => body === undefined ? Either.left([issue(["body"], "field required", "missing")]) : decode(body)
}

const nothingToDecode = () => nothing

/**
 * Compiles what an endpoint declares of its path, query and body into one decoder, made once. It reports every issue of every part at
 * once (422), and reads the body only where one is declared: where none is, its effect is an `Exit`. A multipart payload is left to
 * its handler, which streams it.
 */
export const compile = (endpoint: Endpoint, maxBodyBytes: number) => {
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

  return (matched: Matched): Effect.Effect<Decoded, Refusal> => {
    if (isMalformed(matched.request.url)) {
      return Exit.fail(InvalidInput.of(["query"], "has a malformed percent-encoding", "value_error"))
    }
    return readsBody
      ? Effect.flatMap(readJson(matched.request, maxBodyBytes), (body) => decode(matched, body))
      : decode(matched, undefined)
  }
}
