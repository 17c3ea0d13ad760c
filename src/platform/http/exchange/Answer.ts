import { Headers, HttpServerResponse } from "@effect/platform"
import { Array } from "effect"

/**
 * An answer whose body is a text, which most operations give. Its headers are names, in lower case, and values in turn, as node writes
 * them fastest; `HttpServerResponse` copies its headers for each one added.
 */
export class TextAnswer {
  readonly status: number
  readonly headers: Array<string>
  readonly body: string

  constructor(status: number, headers: Array<string>, body: string) {
    this.status = status
    this.headers = headers
    this.body = body
  }
}

type Response = HttpServerResponse.HttpServerResponse

/** The answer to a request. */
export type Answer = Response | TextAnswer

export const isAnswer = (value: object): value is Answer =>
  value instanceof TextAnswer || HttpServerResponse.isServerResponse(value)

/** Turns an answer into a response of @effect/platform, which can be changed and kept. */
export const toResponse = (answer: Answer): Response =>
  answer instanceof TextAnswer
    ? HttpServerResponse.raw(answer.body, {
      status: answer.status,
      headers: Headers.unsafeFromRecord(Object.fromEntries(Array.chunksOf(answer.headers, 2)))
    })
    : answer
