import { HttpServerRequest } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Exchange } from "../../../../src/platform/http/exchange/Exchange.ts"

const exchange = (language: string) =>
  new Exchange(
    HttpServerRequest.fromWeb(new Request("http://localhost/users/", { headers: { "accept-language": language } }))
  )

/** The headers of a JSON answer of two bytes, by name; no name comes twice. */
const headersOf = (answered: Exchange) => {
  const pairs = answered.headersOf("application/json", 2)
  const names = pairs.filter((_, index) => index % 2 === 0)
  expect(names).toEqual([...new Set(names)])
  return Object.fromEntries(names.map((name, index) => [name, pairs[2 * index + 1]]))
}

it("a text carries its type, length and language, and varies by language for caches", () => {
  for (const language of ["en", "fr"]) {
    expect(headersOf(exchange(language))).toEqual({
      "content-type": "application/json",
      "content-length": "2",
      "content-language": language,
      vary: "accept-language",
      "x-content-type-options": "nosniff"
    })
  }
})

it("a handler's header replaces the answer's own, or is added", () => {
  const answered = exchange("fr")
  const own = { "content-type": "application/ld+json", vary: "origin", link: "</users/?after=1>; rel=\"next\"" }
  const before = headersOf(answered)
  for (const [name, value] of Object.entries(own)) answered.set(name, value)
  expect(headersOf(answered)).toEqual({ ...before, ...own })
})
