import { type HttpApiEndpoint, HttpApiSchema, type HttpMethod, HttpServerResponse } from "@effect/platform"
import { Effect, ParseResult, Schema, type SchemaAST } from "effect"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

type Encode = (value: unknown) => Effect.Effect<HttpServerResponse.HttpServerResponse, ParseResult.ParseIssue>

const body = (encoding: HttpApiSchema.Encoding, status: number) => (encoded: unknown) =>
  encoding.kind === "Uint8Array" && encoded instanceof Uint8Array
    ? HttpServerResponse.uint8Array(encoded, { status, contentType: encoding.contentType })
    : HttpServerResponse.text(encoding.kind === "Json" ? JSON.stringify(encoded) : String(encoded), {
      status,
      contentType: encoding.contentType
    })

const encoder = (ast: SchemaAST.AST, status: number): Encode => {
  if (HttpApiSchema.isVoid(ast)) {
    return () => Effect.succeed(HttpServerResponse.empty({ status }))
  }
  const encode = ParseResult.encodeUnknown(Schema.make<unknown, unknown, never>(ast))
  const toResponse = body(HttpApiSchema.getEncoding(ast), status)
  return (value) => Effect.map(encode(value), toResponse)
}

/**
 * Compiles the success that an endpoint declares into one encoder, made once. A handler that answers a response of its own (a stream, a
 * file) is taken at its word. A value that its own schema refuses is a defect of ours, never the client's.
 */
export const compile = (
  endpoint: Endpoint
): (value: unknown) => Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const encode = encoder(
    endpoint.successSchema.ast,
    HttpApiSchema.getStatusSuccessAST(endpoint.successSchema.ast)
  )
  return (value) => HttpServerResponse.isServerResponse(value) ? Effect.succeed(value) : Effect.orDie(encode(value))
}
