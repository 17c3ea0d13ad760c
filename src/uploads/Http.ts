import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Effect } from "effect"
import { attachment } from "../platform/files/ContentDisposition.ts"
import type { Handlers } from "../platform/http/Handlers.ts"
import { page } from "../platform/http/Pagination.ts"
import { RangeNotSatisfiable, type UploadsApi } from "./Api.ts"
import { evaluate } from "./Preconditions.ts"
import { type StoredUpload, Uploads } from "./Uploads.ts"

/** The bytes asked for. Always an attachment of the declared type and no other, so that no browser runs what somebody uploaded. */
const download = ({ read, upload }: StoredUpload, request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function*() {
    const { content_type, filename, sha256, size } = upload
    const etag = `"${sha256}"`
    const { "if-none-match": ifNoneMatch, "if-range": ifRange, range } = request.headers
    // a range is for GET only (RFC 9110, 14.2)
    const conditions = { ifNoneMatch, ifRange, range: request.method === "GET" ? range : undefined }
    const selected = evaluate(conditions, etag, size)
    const headers = { etag, "accept-ranges": "bytes", "x-content-type-options": "nosniff" }
    if (selected === "unsatisfiable") return yield* new RangeNotSatisfiable({ size })
    if (selected === "not modified") return HttpServerResponse.empty({ status: 304, headers })
    const part = selected === "whole" ? undefined : selected
    return HttpServerResponse.raw(read(part), {
      status: part === undefined ? 200 : 206,
      headers: {
        ...headers,
        "content-type": content_type,
        "content-disposition": attachment(filename),
        "content-length": String(part === undefined ? size : part.end - part.start + 1),
        ...(part === undefined ? {} : { "content-range": `bytes ${part.start}-${part.end}/${size}` })
      }
    })
  })

/** Decode, call, encode. The forms are read as streams from the request itself. */
export const handlers = Effect.map(Uploads, (uploads): Handlers<typeof UploadsApi> => ({
  uploadSync: ({ request }) => uploads.acceptOneBlocking(request),
  uploadAsync: ({ request }) => uploads.acceptOne(request),
  uploadMultiple: ({ request }) => Effect.map(uploads.acceptMany(request), (files) => ({ files })),
  list: ({ urlParams }) => page("/uploads", urlParams, uploads.list),
  download: ({ path, request }) => Effect.flatMap(uploads.open(path.id), (stored) => download(stored, request)),
  remove: ({ path }) => uploads.remove(path.id)
}))
