import { expect, layer } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import type { OutgoingHttpHeaders } from "node:http"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import type { Answer } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const asked = (path: string, headers: OutgoingHttpHeaders = {}, method = "GET") =>
  Effect.flatMap(TestServer, ({ send }) => send(method, path, { headers }))

/** The path of the console's script, as its document names it. */
const script = Effect.map(asked("/"), ({ text }) => /src="([^"]+)"/.exec(text)?.[1] ?? "")

const named = ({ headers, status }: Answer, ...names: ReadonlyArray<string>) => [
  status,
  ...names.map((name) => headers[name])
]

layer(TestServer.layer(), live)("the console", (it) => {
  it.effect("has its document at the root, which browsers ask anew, under a policy without foreign or inline code", () =>
    Effect.gen(function*() {
      for (const accept of [undefined, "*/*", "text/html,application/xhtml+xml,*/*;q=0.8"]) {
        const document = yield* asked("/", accept === undefined ? {} : { accept })
        expect(named(document, "content-type", "cache-control", "vary", "x-content-type-options", "referrer-policy"))
          .toEqual([200, "text/html; charset=utf-8", "no-cache", "accept, accept-encoding", "nosniff", "no-referrer"])
        expect(document.text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/)
        const policy = String(document.headers["content-security-policy"]).split("; ")
        expect(policy).toContain("default-src 'none'")
        expect(policy).toContain("script-src 'self'")
        expect(policy).toContain("frame-ancestors 'none'")
        expect(policy.join()).not.toContain("unsafe")
      }
    }))

  it.effect("sends a program that asks for JSON to the contract", () =>
    Effect.gen(function*() {
      const answer = yield* asked("/", { accept: "application/json" })
      expect(named(answer, "location", "vary")).toEqual([302, "/openapi.json", "accept"])
      expect(named(yield* asked("/console/"), "location")).toEqual([302, "/"])
    }))

  it.effect("has scripts that browsers keep for ever, compressed as the client accepts", () =>
    Effect.gen(function*() {
      const path = yield* script
      const plain = yield* asked(path)
      expect(named(plain, "content-type", "cache-control", "content-encoding", "vary")).toEqual([
        200,
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
        undefined,
        "accept-encoding"
      ])
      const [brotli, gzip] = [
        yield* asked(path, { "accept-encoding": "gzip, deflate, br" }),
        yield* asked(path, { "accept-encoding": "gzip, br;q=0" })
      ]
      expect([brotli.headers["content-encoding"], gzip.headers["content-encoding"]]).toEqual(["br", "gzip"])
      expect(brotliDecompressSync(brotli.bytes).equals(plain.bytes)).toBe(true)
      expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true)
      expect(new Set([plain, brotli, gzip].map(({ headers }) => headers["etag"])).size).toBe(3)
    }))

  it.effect("tells a browser that its copy is still good, and answers HEAD without a body", () =>
    Effect.gen(function*() {
      for (const path of ["/", yield* script]) {
        const { bytes, headers } = yield* asked(path)
        const again = yield* asked(path, { "if-none-match": String(headers["etag"]) })
        expect([again.status, again.text, again.headers["etag"]]).toEqual([304, "", headers["etag"]])
        expect((yield* asked(path, { "if-none-match": "\"other\"" })).status).toBe(200)
        expect((yield* asked(path, { "if-match": "\"other\"" })).status).toBe(412)
        const head = yield* asked(path, {}, "HEAD")
        expect(named(head, "content-length", "etag")).toEqual([200, String(bytes.length), headers["etag"]])
        expect(head.text).toBe("")
        expect(named(yield* asked(path, {}, "POST"), "allow")).toEqual([405, "GET, HEAD, OPTIONS"])
      }
    }))

  it.effect("answers no file but its own", () =>
    Effect.gen(function*() {
      const names = ["none.js", "../main.js", "%2e%2e%2fmain.js", "..%5cmain.js", "", "index.html", ".js", "*"]
      for (const name of names.filter((name) => name !== "")) {
        const { headers, status } = yield* asked(`/console/${name}`)
        expect([name, status, headers["content-type"]]).toEqual([name, 404, "application/problem+json"])
      }
      expect((yield* asked("/console/a/b.js")).status).toBe(404)
    }))
})

const token = "0123456789abcdef"

layer(TestServer.layer({ apiTokens: Option.some([Redacted.make(token)]) }), live)("the console", (it) => {
  it.effect("loads without a token where the API wants one", () =>
    Effect.gen(function*() {
      expect((yield* asked("/")).status).toBe(200)
      expect((yield* asked(yield* script)).status).toBe(200)
      expect((yield* asked("/users/")).status).toBe(401)
    }))
})
