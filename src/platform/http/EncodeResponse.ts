import { type HttpApiEndpoint, HttpApiSchema, type HttpMethod, HttpServerResponse } from "@effect/platform"
import { ParseResult, Schema } from "effect"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

type Encode = (value: unknown) => HttpServerResponse.HttpServerResponse

const body = (encoding: HttpApiSchema.Encoding, status: number) => (encoded: unknown) => {
  const { contentType } = encoding
  if (encoding.kind === "Uint8Array" && encoded instanceof Uint8Array) {
    return HttpServerResponse.uint8Array(encoded, { status, contentType })
  }
  const text = encoding.kind === "Json" ? JSON.stringify(encoded) : String(encoded)
  // as a text, which node writes together with the head, and not as bytes
  return HttpServerResponse.raw(text, { status, contentType, contentLength: Buffer.byteLength(text) })
}

/**
 * Compiles the success that an endpoint declares into one encoder, made once. A value that its own schema refuses is a defect of ours,
 * never the client's, and is thrown as one.
 */
export const compile = (endpoint: Endpoint): Encode => {
  const { ast } = endpoint.successSchema
  const status = HttpApiSchema.getStatusSuccessAST(ast)
  if (HttpApiSchema.isVoid(ast)) return () => HttpServerResponse.empty({ status })
  const encode = ParseResult.encodeUnknownSync(Schema.make<unknown, unknown, never>(ast))
  const toResponse = body(HttpApiSchema.getEncoding(ast), status)
  return (value) => toResponse(encode(value))
}
