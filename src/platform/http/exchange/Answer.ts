import { Headers, HttpServerResponse } from "@effect/platform"
import { Array } from "effect"

/**
 * An answer with a text body, as most operations give. Its headers are lower-case names and values in turn, the form
 * that node writes fastest. `HttpServerResponse` copies all headers for each one added.
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
