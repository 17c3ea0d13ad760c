import { type HttpApiEndpoint, HttpApiSchema, type HttpMethod, HttpServerResponse } from "@effect/platform"
import { Either, ParseResult, Schema } from "effect"
import * as Codec from "../../codec/Codec.ts"
import * as JsonText from "../../codec/JsonText.ts"
import { TextAnswer } from "../exchange/Answer.ts"
import type { Exchange } from "../exchange/Exchange.ts"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint<string, HttpMethod.HttpMethod>

/** Encodes a value as an answer, in the language of its request. */
export type Encode = (value: unknown, exchange: Exchange) => HttpServerResponse.HttpServerResponse | TextAnswer

const withBody = (
  encoding: HttpApiSchema.Encoding,
  status: number,
  stringify: (encoded: unknown) => string
): Encode => {
  const { contentType, kind } = encoding
  return (encoded, exchange) => {
    if (kind === "Uint8Array" && encoded instanceof Uint8Array) {
      return HttpServerResponse.uint8Array(encoded, { status, contentType, headers: exchange.localizedHeaders })
    }
    const text = kind === "Json" ? stringify(encoded) : String(encoded)
    return new TextAnswer(status, exchange.headersOf(contentType, Buffer.byteLength(text)), text)
  }
}

/**
 * Compiles an endpoint's success schema into one encoder, made once. A value that its own schema rejects is the
 * server's defect, not the client's, and is thrown.
 */
export const compile = (endpoint: Endpoint): Encode => {
  const { ast } = endpoint.successSchema
  const status = HttpApiSchema.getStatusSuccessAST(ast)
  if (HttpApiSchema.isVoid(ast)) {
    return (_, { localizedHeaders }) => HttpServerResponse.empty({ status, headers: localizedHeaders })
  }
  const encode = Codec.encoder(Schema.make<unknown, unknown, never>(ast))
  const toAnswer = withBody(
    HttpApiSchema.getEncoding(ast),
    status,
    JsonText.isExact(ast) ? JsonText.stringify : JSON.stringify
  )
  return (value, exchange) => toAnswer(Either.getOrThrowWith(encode(value), ParseResult.parseError), exchange)
}
