import { expect, layer } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const asked = (path: string, language?: string) =>
  Effect.flatMap(
    TestServer,
    ({ send }) => send("GET", path, { headers: language === undefined ? {} : { "accept-language": language } })
  )

const at = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, step) => Predicate.isRecord(inner) ? inner[step] : undefined, value)

/** Lists the summaries and descriptions of a document with their places. */
const textsOf = (value: unknown, place = ""): ReadonlyArray<readonly [string, string]> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    /^(summary|description)$/.test(name) && Predicate.isString(inner)
      ? [[`${place}/${name}`, inner] as const]
      : textsOf(inner, `${place}/${name}`)
  )
}

/** Tells whether a text is the same in both languages, as statuses and names of schemas and protocols are. */
const isNeutral = (text: string) => /^[A-Z][a-zA-Z-]*( [A-Z][a-z]+)*(: \w+)?$/.test(text) || text === "RFC 3339"

layer(TestServer.layer(), live)("the documentation", (it) => {
  it.effect("is French, or English on request, and declares its language", () =>
    Effect.gen(function*() {
      const english = yield* asked("/openapi.json", "en")
      const inEnglish = textsOf(json(english))
      for (const language of [undefined, "fr", "*", "de"]) {
        const french = yield* asked("/openapi.json", language)
        expect(french.headers).toMatchObject({ "content-language": "fr", vary: "accept-language" })
        expect(at(json(french), "paths", "/users", "get", "summary")).toBe("Les utilisateurs")
      }
      expect(english.headers).toMatchObject({ "content-language": "en", vary: "accept-language" })
      expect(at(json(english), "paths", "/users", "get", "summary")).toBe("The users")
      const inFrench = new Map(textsOf(json(yield* asked("/openapi.json", "fr"))))
      expect(inEnglish.length).toBeGreaterThan(300)
      const untranslated = inEnglish.filter(([place, text]) => inFrench.get(place) === text && !isNeutral(text))
      // each text needs an entry in the InFrench.ts beside its contract
      expect([...new Set(untranslated.map(([, text]) => text))]).toEqual([])
      expect(inEnglish.filter(([, text]) => /[«»éèàêç]|\b(les|une|avec|pour)\b/.test(text))).toEqual([])
    }))

  it.effect("is shown in the same language by the page", () =>
    Effect.gen(function*() {
      const [french, english] = [yield* asked("/docs"), yield* asked("/docs/", "en")]
      expect([french.status, french.headers["content-language"], french.text.includes("Les utilisateurs")]).toEqual([
        200,
        "fr",
        true
      ])
      expect([english.status, english.headers["content-language"], english.text.includes("Les utilisateurs")]).toEqual([
        200,
        "en",
        false
      ])
    }))

  it.effect("prefills no value that makes a second try fail", () =>
    Effect.gen(function*() {
      const document = json(yield* asked("/openapi.json"))
      const paths: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(document["paths"] ?? {}))
      for (const [path, methods] of Object.entries(paths)) {
        for (const [method, operation] of Object.entries(methods ?? {})) {
          const parameters: unknown = at(operation, "parameters")
          for (const parameter of Array.isArray(parameters) ? parameters : []) {
            const [place, name] = [at(parameter, "in"), at(parameter, "name")]
            const filled = ["example", "examples", "default"].filter((key) =>
              at(parameter, key) !== undefined || at(parameter, "schema", key) !== undefined
            )
            const hasBody = at(operation, "requestBody", "content", "application/json") !== undefined
            if (place === "header" || place === "query" && hasBody) {
              expect([method, path, name, filled]).toEqual([method, path, name, []])
            }
          }
        }
      }
      const example = at(document, "paths", "/users", "post", "requestBody", "content", "application/json", "example")
      const { send } = yield* TestServer
      const headers = { "content-type": "application/json" }
      expect((yield* send("POST", "/users/", { headers, body: JSON.stringify(example) })).status).toBe(201)
    }))

  it.effect("states the server's URL, the license, and the limits in force", () =>
    Effect.gen(function*() {
      const document = json(yield* asked("/openapi.json"))
      expect(document["servers"]).toEqual([{ url: "/" }])
      expect(at(document, "info", "license", "name")).toBeTypeOf("string")
      const body = at(document, "paths", "/batch-process", "post", "requestBody", "content", "application/json")
      expect(at(body, "schema", "maxItems")).toBe(7)
      expect(JSON.stringify(document)).not.toContain("x-limits")
    }).pipe(Effect.provide(TestServer.layer({ batchMaxItems: 7 }))))

  it.effect("has an icon", () =>
    Effect.gen(function*() {
      const icon = yield* asked("/favicon.ico")
      expect([icon.status, icon.headers["content-type"]]).toEqual([200, "image/svg+xml"])
    }))
})
