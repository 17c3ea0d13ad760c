import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Clock, Effect } from "effect"
import { createHash } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { extname, join } from "node:path"
import { RouteNotFound } from "../../domain/Problem.ts"
import * as QualityList from "../../domain/QualityList.ts"
import { preferredType } from "../http/contract/Accept.ts"
import * as HttpDate from "../http/contract/HttpDate.ts"
import * as Preconditions from "../http/contract/Preconditions.ts"
import { pathOf } from "../http/exchange/target.ts"
import type { Pages } from "../http/rules/Admission.ts"
import { distFolder } from "../process/distFolder.ts"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".map": "application/json"
}

/** Names without a folder, so that no request reaches beyond the folder of the console. */
const fileName = /^[a-zA-Z0-9][\w-]*(?:\.[\w-]+)*\.(?:js|css|svg|map)$/

/** Suffixes of the files that the build stores in each coding. */
const suffixes = { br: ".br", gzip: ".gz", identity: "" } as const

/** Codings, the smallest first. */
const codings = ["br", "gzip", "identity"] as const
type Coding = (typeof codings)[number]

/** The console runs its own scripts and styles only, talks to this server only, and stands in no frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")

/** Seconds in a year. The name of a cached file contains the hash of its content. */
const forever = "public, max-age=31536000, immutable"

/** Lists the codings that a client accepts, the smallest first. */
const accepted = (header: string | undefined): ReadonlyArray<Coding> => {
  const preferences = QualityList.parse(header ?? "")
  const qualityOf = (coding: string) => preferences.find(({ range }) => range === coding)?.quality
  return codings.filter((coding) => coding === "identity" || (qualityOf(coding) ?? qualityOf("*") ?? 0) > 0)
}

/** Reads a file as the build stored it in one coding. */
const readAs = (path: string) => (coding: Coding) =>
  Effect.gen(function*() {
    const { mtimeMs } = yield* Effect.tryPromise(() => stat(path + suffixes[coding]))
    const bytes = yield* Effect.tryPromise(() => readFile(path + suffixes[coding]))
    return { bytes, coding, lastModified: mtimeMs }
  })

/** Answers a file from the disk at each request, so that an unused console takes neither time nor memory. */
const file = (folder: string, name: string, cacheControl: string, varies = "accept-encoding") =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const candidates = accepted(request.headers["accept-encoding"]).map(readAs(join(folder, name)))
    const { bytes, coding, lastModified } = yield* Effect.firstSuccessOf(candidates).pipe(
      Effect.mapError(() => new RouteNotFound({ path: pathOf(request.url) }))
    )
    const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`
    const headers = {
      etag,
      "last-modified": HttpDate.format(lastModified),
      "cache-control": cacheControl,
      vary: varies,
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      ...(coding === "identity" ? {} : { "content-encoding": coding })
    }
    const verdict = Preconditions.evaluate(request, { etag, lastModified }, yield* Clock.currentTimeMillis)
    if (verdict === "failed") return yield* new Preconditions.PreconditionFailed({ etag })
    if (verdict === "not modified") return HttpServerResponse.empty({ status: 304, headers })
    return HttpServerResponse.uint8Array(bytes, { contentType: types[extname(name)] ?? "", headers })
  })

/**
 * Makes the pages of the browser's console: its document at `/`, its scripts and styles under `/console/`. A program
 * that asks `/` for JSON is sent to the OpenAPI document instead.
 */
export const pages = (folder: string = join(distFolder(), "console")): Pages => ({
  "/": Effect.flatMap(
    HttpServerRequest.HttpServerRequest,
    ({ headers }) =>
      preferredType(headers["accept"], ["text/html", "application/json"]) === "text/html"
        ? file(folder, "index.html", "no-cache", "accept, accept-encoding")
        : Effect.succeed(HttpServerResponse.redirect("/openapi.json", { status: 302, headers: { vary: "accept" } }))
  ),
  "/console": Effect.succeed(HttpServerResponse.redirect("/", { status: 302 })),
  "/console/*": Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ url }) => {
    const path = pathOf(url)
    const name = path.slice("/console/".length)
    return fileName.test(name) ? file(folder, name, forever) : new RouteNotFound({ path })
  })
})
