import {
  HttpApi,
  type HttpApiEndpoint,
  type HttpApiGroup,
  type HttpMethod,
  type HttpServerRequest
} from "@effect/platform"
import { Context, Effect } from "effect"
import * as FindMyWay from "find-my-way-ts"
import type { Problem } from "../../../domain/Problem.ts"
import type { Handlers } from "../contract/Handlers.ts"
import * as Preconditions from "../contract/Preconditions.ts"
import * as DecodeRequest from "./DecodeRequest.ts"
import * as EncodeResponse from "./EncodeResponse.ts"
import type { Limits } from "./RequestBody.ts"

/** One operation of the contract, compiled. */
export interface Operation {
  /** `group.endpoint`: the name of its span. */
  readonly name: string
  readonly endpoint: HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>
  readonly path: string
  readonly decode: (matched: DecodeRequest.Matched) => Effect.Effect<DecodeRequest.Decoded, Problem>
  readonly handle: (decoded: DecodeRequest.Decoded) => Effect.Effect<unknown, Problem>
  readonly encode: EncodeResponse.Encode
}

export interface Found {
  readonly operation: Operation
  readonly path: DecodeRequest.Matched["path"]
  readonly query: DecodeRequest.Matched["query"]
}

export interface Operations {
  readonly operations: ReadonlyArray<Operation>
  /** The operation that answers; HEAD is answered by GET's. */
  readonly find: (request: HttpServerRequest.HttpServerRequest) => Found | undefined
  /** The methods that a path answers to; empty for a path that the contract does not have. */
  readonly allowed: (url: string) => ReadonlyArray<string>
}

/** The handlers of all groups of a contract, by group name. */
export type ApiHandlers<Groups extends HttpApiGroup.HttpApiGroup.Any> = {
  readonly [Name in HttpApiGroup.HttpApiGroup.Name<Groups>]: Handlers<
    HttpApiGroup.HttpApiGroup.WithName<Groups, Name>
  >
}

/** The handlers as the compiled router calls them; a method's parameter is checked bivariantly, which the contract's types make good. */
export type AnyHandlers = Readonly<Record<string, Readonly<Record<string, AnyHandler>>>>
type AnyHandler = { call(request: unknown): Effect.Effect<unknown, Problem> }["call"]

/** find-my-way ends a path at a semicolon, as RFC 1808 once did; it is a character as others are (RFC 3986, 3.3). */
export const withoutSemicolons = (url: string) => (url.includes(";") ? url.replaceAll(";", "%3B") : url)

/** How a URL is matched, by whatever router. */
export const config = {
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: false,
  caseSensitive: true,
  maxParamLength: 1000
}

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const

/** Fails where there is no such resource. */
type LookUp = (matched: DecodeRequest.Matched) => Effect.Effect<unknown, Problem>

/** The nearest operation at a path or above it that shows what the path's parameters name. */
const shownBy = (operations: ReadonlyArray<Operation>, path: string): Operation | undefined =>
  path.includes(":")
    ? operations.find(({ endpoint }) => endpoint.method === "GET" && endpoint.path === path) ??
      shownBy(operations, path.slice(0, path.lastIndexOf("/")))
    : undefined

/**
 * Has an operation carried out only under conditions that hold (RFC 9110, 13.2). They are judged after all that refuses a request for what
 * it is (401, 403, 404, 413, 415, 422), and before its idempotency key, which then stays free. Where the path has parameters, the resource
 * is looked up first, as 404 goes before 412 (13.2.1). A request without conditions costs two looks at its headers.
 */
const conditional = (operation: Operation, lookUp: LookUp): Operation => ({
  ...operation,
  decode: (matched) => {
    const decoded = operation.decode(matched)
    const unmet = Preconditions.unmet(matched.request)
    return unmet === undefined ? decoded : Effect.map(decoded, (read) => ({
      ...read,
      idempotencyKey: undefined,
      instead: Effect.zipRight(lookUp(matched), unmet)
    }))
  },
  handle: (decoded) => decoded.instead ?? operation.handle(decoded)
})

const lookUpBy = (operation: Operation | undefined): LookUp => (matched) =>
  operation === undefined
    ? Effect.void
    : Effect.flatMap(operation.decode({ ...matched, query: {} }), (decoded) => operation.handle(decoded))

/**
 * Compiles a contract and its handlers into a routing table (a radix tree). Decoders and encoders are made once, here; a path answers with and
 * without its trailing slash. The stock HttpApiBuilder makes them for every request anew, which costs three quarters of its speed.
 */
export const make = <Id extends string, Groups extends HttpApiGroup.HttpApiGroup.Any, E>(
  api: HttpApi.HttpApi<Id, Groups, E, never>,
  apiHandlers: AnyHandlers,
  limits: Limits
): Operations => {
  const router = FindMyWay.make<Operation>(config)
  const unconditional: Array<Operation> = []
  HttpApi.reflect(api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, group }) => {
      const handle = apiHandlers[group.identifier]?.[endpoint.name]
      if (handle === undefined) return
      unconditional.push({
        name: `${group.identifier}.${endpoint.name}`,
        endpoint,
        path: endpoint.path,
        decode: DecodeRequest.compile(endpoint, limits),
        handle,
        encode: EncodeResponse.compile(endpoint)
      })
    }
  })
  const operations = unconditional.map((operation) =>
    Context.get(operation.endpoint.annotations, Preconditions.JudgesConditions)
      ? operation
      : conditional(operation, lookUpBy(shownBy(unconditional, operation.path)))
  )
  for (const operation of operations) router.on(operation.endpoint.method, operation.endpoint.path, operation)
  const allowed = (url: string) => {
    const found = methods.filter((method) => router.find(method, url) !== undefined)
    return found.length === 0 ? [] : [...found, ...(found.includes("GET") ? ["HEAD"] : []), "OPTIONS"]
  }
  return {
    operations,
    allowed: (url) => allowed(withoutSemicolons(url)),
    find: (request) => {
      const method = request.method === "HEAD" ? "GET" : request.method
      const found = router.find(method, withoutSemicolons(request.url))
      return found && { operation: found.handler, path: found.params, query: found.searchParams }
    }
  }
}
