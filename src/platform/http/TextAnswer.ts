import { Headers, HttpServerResponse } from "@effect/platform"
import { Array } from "effect"

/**
 * An answer whose body is a text: what nearly every operation answers, with its status and all its headers: names, in lower case, and
 * values in turn, as node writes them for least. `HttpServerResponse` copies its headers each time that one is added.
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

/** As what @effect/platform knows, for whoever is to change it or to keep it. */
export const toResponse = (answer: Response | TextAnswer): Response =>
  answer instanceof TextAnswer
    ? HttpServerResponse.raw(answer.body, {
      status: answer.status,
      headers: Headers.unsafeFromRecord(Object.fromEntries(Array.chunksOf(answer.headers, 2)))
    })
    : answer
