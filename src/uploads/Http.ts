import { type HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { Clock, Effect } from "effect"
import { attachment } from "../platform/files/ContentDisposition.ts"
import type { Handlers } from "../platform/http/contract/Handlers.ts"
import * as HttpDate from "../platform/http/contract/HttpDate.ts"
import { page } from "../platform/http/contract/Pagination.ts"
import * as Preconditions from "../platform/http/contract/Preconditions.ts"
import * as Range from "../platform/http/contract/Range.ts"
import { RangeNotSatisfiable, type Upload, type UploadsApi } from "./Api.ts"
import { type StoredUpload, Uploads } from "./Uploads.ts"

type Request = HttpServerRequest.HttpServerRequest

/** Makes the validators of an upload, which never changes once stored. */
const validatorsOf = ({ created_at, sha256 }: Upload): Preconditions.Validators => ({
  etag: `"${sha256}"`,
  lastModified: created_at.epochMillis
})

/**
 * Answers the requested bytes. They are always an attachment of the declared type, so that no browser runs an uploaded
 * file.
 */
const download = (request: Request) => ({ read, upload }: StoredUpload) =>
  Effect.gen(function*() {
    const { content_type, filename, size } = upload
    const now = yield* Clock.currentTimeMillis
    const validators = validatorsOf(upload)
    const { etag } = validators
    const headers = {
      etag,
      "last-modified": HttpDate.format(validators.lastModified),
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff"
    }
    const verdict = Preconditions.evaluate(request, validators, now)
    if (verdict === "failed") return yield* new Preconditions.PreconditionFailed({ etag })
    if (verdict === "not modified") return HttpServerResponse.empty({ status: 304, headers })
    const selected = Range.select(Preconditions.rangeOf(request, validators, now), size)
    if (selected === "unsatisfiable") return yield* new RangeNotSatisfiable({ size })
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

/** Fails if the request's preconditions do not hold for a change. */
const mayChange = (request: Request) => (upload: Upload) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const validators = validatorsOf(upload)
    return Preconditions.evaluate(request, validators, now) === "perform"
      ? Effect.void
      : new Preconditions.PreconditionFailed({ etag: validators.etag })
  })

/** Handlers that decode, call and encode. The forms are read as streams from the request itself. */
export const handlers = Effect.map(Uploads, (uploads): Handlers<typeof UploadsApi> => ({
  uploadSync: ({ request }) => uploads.acceptOneBlocking(request),
  uploadAsync: ({ request }) => uploads.acceptOne(request),
  uploadMultiple: ({ request }) => Effect.map(uploads.acceptMany(request), (files) => ({ files })),
  list: ({ urlParams }) => page("/uploads", urlParams, uploads.list),
  download: ({ path, request }) => Effect.flatMap(uploads.open(path.id), download(request)),
  inFlight: ({ path }) => uploads.inFlight(path.trace_id),
  pause: ({ path }) => uploads.pause(path.trace_id),
  resume: ({ path }) => uploads.resume(path.trace_id),
  remove: ({ path, request }) => uploads.remove(path.id, mayChange(request))
}))
