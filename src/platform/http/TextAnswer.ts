import { HttpServerResponse } from "@effect/platform"

/**
 * An answer whose body is a text: what nearly every operation answers, with its status and all its headers, names in lower case. It is
 * written as it stands, where `HttpServerResponse` copies its headers each time that one is added.
 */
export class TextAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string

  constructor(status: number, headers: Readonly<Record<string, string>>, body: string) {
    this.status = status
    this.headers = headers
    this.body = body
  }
}

type Response = HttpServerResponse.HttpServerResponse

/** As what @effect/platform knows, for whoever is to change it or to keep it. */
export const toResponse = (answer: Response | TextAnswer): Response =>
  answer instanceof TextAnswer
    ? HttpServerResponse.raw(answer.body, { status: answer.status, headers: answer.headers })
    : answer
