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

export interface Operation {
  /** `group.endpoint`, which also names its span. */
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
  /** Finds the operation of a request. The GET operation answers HEAD too. */
  readonly find: (request: HttpServerRequest.HttpServerRequest) => Found | undefined
  /** Methods of a path; empty if the contract does not have the path. */
  readonly allowed: (url: string) => ReadonlyArray<string>
}

/** The handlers of all groups of a contract, by group name. */
export type ApiHandlers<Groups extends HttpApiGroup.HttpApiGroup.Any> = {
  readonly [Name in HttpApiGroup.HttpApiGroup.Name<Groups>]: Handlers<
    HttpApiGroup.HttpApiGroup.WithName<Groups, Name>
  >
}

/**
 * The handlers as the compiled router calls them. Declared as a method, the parameter is checked bivariantly; the
 * contract's types make that sound.
 */
export type AnyHandlers = Readonly<Record<string, Readonly<Record<string, AnyHandler>>>>
type AnyHandler = { call(request: unknown): Effect.Effect<unknown, Problem> }["call"]

/**
 * Encodes semicolons, because find-my-way ends a path there, as RFC 1808 did. RFC 3986, 3.3 treats a semicolon as any
 * other character.
 */
export const withoutSemicolons = (url: string) => (url.includes(";") ? url.replaceAll(";", "%3B") : url)

/** Rules of matching a URL, for both routers. */
export const config = {
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: false,
  caseSensitive: true,
  maxParamLength: 1000
}

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const

/** Looks up a resource, and fails if the resource does not exist. */
type LookUp = (matched: DecodeRequest.Matched) => Effect.Effect<unknown, Problem>

/** Finds the nearest operation, at a path or above it, that shows the resource named by the path's parameters. */
const shownBy = (operations: ReadonlyArray<Operation>, path: string): Operation | undefined =>
  path.includes(":")
    ? operations.find(({ endpoint }) => endpoint.method === "GET" && endpoint.path === path) ??
      shownBy(operations, path.slice(0, path.lastIndexOf("/")))
    : undefined

/**
 * Makes an operation run only if the request's conditions hold (RFC 9110, 13.2). Conditions are judged after every
 * other rejection (401, 403, 404, 413, 415, 422) and before the idempotency key, which then stays free. If the path has
 * parameters, the resource is looked up first, since 404 takes precedence over 412 (13.2.1). A request without
 * conditions costs two header look-ups.
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
 * Compiles a contract and its handlers into a routing table (a radix tree). Decoders and encoders are made once, here.
 * Paths match with and without a trailing slash. The stock HttpApiBuilder makes decoders and encoders anew for every
 * request, which costs three quarters of its speed.
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
