import { type HttpApiEndpoint, HttpApiSchema, type HttpMethod, HttpServerResponse } from "@effect/platform"
import { ParseResult, Schema } from "effect"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

/** Makes the answer of a value, with further headers. */
export type Encode = (
  value: unknown,
  headers: Readonly<Record<string, string>>
) => HttpServerResponse.HttpServerResponse

const withBody = (encoding: HttpApiSchema.Encoding, status: number) => {
  const { contentType, kind } = encoding
  return (encoded: unknown, headers: Readonly<Record<string, string>>) => {
    if (kind === "Uint8Array" && encoded instanceof Uint8Array) {
      return HttpServerResponse.uint8Array(encoded, { status, contentType, headers })
    }
    const text = kind === "Json" ? JSON.stringify(encoded) : String(encoded)
    // as a text, which node writes together with the head; given all its headers at once, as each change copies them
    return HttpServerResponse.raw(text, {
      status,
      headers: { "content-type": contentType, "content-length": String(Buffer.byteLength(text)), ...headers }
    })
  }
}

/**
 * Compiles the success that an endpoint declares into one encoder, made once. A value that its own schema refuses is a defect of ours,
 * never the client's, and is thrown as one.
 */
export const compile = (endpoint: Endpoint): Encode => {
  const { ast } = endpoint.successSchema
  const status = HttpApiSchema.getStatusSuccessAST(ast)
  if (HttpApiSchema.isVoid(ast)) return (_, headers) => HttpServerResponse.empty({ status, headers })
  const encode = ParseResult.encodeUnknownSync(Schema.make<unknown, unknown, never>(ast))
  const toResponse = withBody(HttpApiSchema.getEncoding(ast), status)
  return (value, headers) => toResponse(encode(value), headers)
}
