import { HttpServerRequest } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Exchange } from "../../../../src/platform/http/exchange/Exchange.ts"

const exchange = (language: string) =>
  new Exchange(
    HttpServerRequest.fromWeb(new Request("http://localhost/users/", { headers: { "accept-language": language } }))
  )

it("a text's headers are of the request's language", () => {
  expect(exchange("en").headersOf("application/json", 2)).toEqual([
    "content-type",
    "application/json",
    "content-length",
    "2",
    "content-language",
    "en",
    "vary",
    "accept-language",
    "x-content-type-options",
    "nosniff"
  ])
})

it("a header that a handler sets takes the place of what the answer would have had, or is added", () => {
  const answered = exchange("fr")
  answered.set("content-type", "application/ld+json")
  answered.set("vary", "origin")
  answered.set("link", "</users/?after=1>; rel=\"next\"")
  expect(answered.headersOf("application/json", 2)).toEqual([
    "content-type",
    "application/ld+json",
    "content-length",
    "2",
    "content-language",
    "fr",
    "vary",
    "origin",
    "x-content-type-options",
    "nosniff",
    "link",
    "</users/?after=1>; rel=\"next\""
  ])
})
