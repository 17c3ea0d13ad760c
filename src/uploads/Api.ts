import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Id, idFromText } from "../domain/Ids.ts"
import { Instant } from "../domain/Instant.ts"
import * as Problem from "../domain/Problem.ts"
import { rule } from "../domain/Rule.ts"
import { text } from "../domain/Text.ts"
import { StorageFull, TooManyFiles } from "../platform/files/FileProblems.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { PageParams } from "../platform/http/contract/Pagination.ts"
import { JudgesConditions, PreconditionFailed } from "../platform/http/contract/Preconditions.ts"
import { answerHeaders } from "../platform/http/openapi/Headers.ts"

export const UploadId = Id.pipe(Schema.brand("UploadId")).annotations({
  identifier: "UploadId",
  description: "Id of an upload, 1 to 2^53-1"
})
export type UploadId = typeof UploadId.Type

/** A file that is completely on disk. */
export class Upload extends Schema.Class<Upload>("Upload")({
  filename: Schema.String.annotations({ description: "As the client sent it", examples: ["cœur ☕.txt"] }),
  size: Schema.Int.annotations({ description: "Bytes", examples: [5] }),
  id: UploadId,
  content_type: Schema.String.annotations({ examples: ["text/plain"] }),
  sha256: Schema.String.annotations({
    description: "SHA-256 of the file's bytes, in lower-case hexadecimal",
    examples: ["2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"]
  }),
  url: Schema.String.annotations({
    description: "The URL at which the file can be downloaded and deleted",
    examples: ["/uploads/1"]
  }),
  created_at: Instant
}) {}

/** 404: no upload has that id. */
export class UploadNotFound extends Problem.define<UploadNotFound>()("UploadNotFound", 404, { id: UploadId }) {
  get problem(): Problem.Description {
    return {
      title: text("Fichier inconnu", "Unknown upload"),
      detail: text(`Aucun fichier n'a l'id ${this.id}.`, `No upload has the id ${this.id}.`)
    }
  }
}

/** 500: the stored bytes differ from those received; the log has the details. */
export class UploadDamaged extends Problem.define<UploadDamaged>()("UploadDamaged", 500, { id: UploadId }) {
  get problem(): Problem.Description {
    return {
      title: text("Fichier endommagé", "Damaged upload"),
      detail: text(
        `Le fichier ${this.id} n'est plus, sur le disque, tel qu'il a été reçu ; le journal en dit plus.`,
        `Upload ${this.id} is no longer on the disk as it was received; the log says more.`
      )
    }
  }
}

/** 416: the requested range begins beyond the file's end; `size` is in bytes. */
export class RangeNotSatisfiable extends Problem.define<RangeNotSatisfiable>()("RangeNotSatisfiable", 416, {
  size: Schema.Int
}) {
  get problem(): Problem.Description {
    return {
      title: text("Plage impossible", "Range not satisfiable"),
      detail: text(`Le fichier compte ${this.size} octets.`, `The file has ${this.size} bytes.`),
      headers: { "content-range": `bytes */${this.size}`, "accept-ranges": "bytes" }
    }
  }
}

const tracePattern = /^[0-9a-f]{32}$/
const traceDescription = "The trace id of the upload's traceparent"

const Trace = Schema.String.pipe(
  Schema.pattern(
    tracePattern,
    rule("doit être 32 chiffres hexadécimaux minuscules", "must be 32 hexadecimal digits in lower case")
  ),
  Schema.brand("TraceId")
)

/** The trace id that the client of an upload sent with it, in `traceparent`. */
export const TraceId = Trace.annotations({
  identifier: "TraceId",
  description: traceDescription,
  examples: [Trace.make("4bf92f3577b34da6a3ce929d0e0e4736")]
})
export type TraceId = typeof TraceId.Type

/** An upload whose bytes arrive now. */
export class UploadInFlight extends Schema.Class<UploadInFlight>("UploadInFlight")({
  in_flight: TraceId,
  written: Schema.Int.annotations({ description: "Bytes on the disk so far", examples: [1_048_576] }),
  paused: Schema.Boolean.annotations({ examples: [false] })
}) {}

/** 404: no upload with that trace is in flight; it may have ended. */
export class UploadNotInFlight
  extends Problem.define<UploadNotInFlight>()("UploadNotInFlight", 404, { in_flight: Schema.String })
{
  get problem(): Problem.Description {
    return {
      title: text("Aucun envoi en cours", "No upload in flight"),
      detail: text(
        `Aucun envoi de trace ${this.in_flight} n'est en cours ; il est peut-être fini.`,
        `No upload of the trace ${this.in_flight} is in flight; it may have ended.`
      )
    }
  }
}

const File = Schema.String.annotations({ jsonSchema: { type: "string", format: "binary" } })

const traceId = HttpApiSchema.param(
  "trace_id",
  // a component of the document gives its parameter no description
  TraceId.annotations({ jsonSchema: { type: "string", pattern: tracePattern.source, description: traceDescription } })
)

const id = HttpApiSchema.param("id", idFromText(UploadId, "Id of an upload, 1 to 2^53-1"))

/** The file in the media type with which it was uploaded. */
const bytes = HttpApiSchema.Uint8Array({ contentType: "*/*" })

/** The reasons for which an upload is not kept. */
const NotKept = Schema.Union(
  TooManyFiles,
  StorageFull,
  PreconditionFailed,
  Problem.InvalidInput,
  Problem.PayloadTooLarge,
  Problem.UnsupportedMediaType
)

/** The chapter « Upload et traitement de fichiers » of the handbook. */
export const UploadsApi = HttpApiGroup.make("uploads")
  .add(
    HttpApiEndpoint.post("uploadSync", "/upload-sync")
      .setPayload(HttpApiSchema.MultipartStream(Schema.Struct({ file: File })))
      .addSuccess(Upload)
      .addError(NotKept)
      .annotate(JudgesConditions, true)
      .addError(Problem.Overloaded)
      .annotateContext(
        documented("One file, synchronously", "Written by blocking file calls on the sacrificial event loop.")
      )
  )
  .add(
    HttpApiEndpoint.post("uploadAsync", "/upload-async")
      .setPayload(HttpApiSchema.MultipartStream(Schema.Struct({ file: File })))
      .addSuccess(Upload)
      .addError(NotKept)
      .annotate(JudgesConditions, true)
      .annotateContext(
        documented("One file, asynchronously", "Streamed to disk with constant memory; answered once it is durable.")
      )
  )
  .add(
    HttpApiEndpoint.post("uploadMultiple", "/upload-multiple")
      .setPayload(HttpApiSchema.MultipartStream(Schema.Struct({ files: Schema.Array(File) })))
      .addSuccess(Schema.Struct({ files: Schema.Array(Upload) }))
      .addError(NotKept)
      .annotate(JudgesConditions, true)
      .annotateContext(documented("Several files", "Answered in the order sent; either all files are kept or none."))
  )
  .add(
    HttpApiEndpoint.get("list", "/uploads")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Upload))
      .annotateContext(
        documented("The uploads", "Ascending id, a page at a time; the Link header leads to the next one.")
      )
  )
  .add(
    HttpApiEndpoint.get("download")`/uploads/${id}`
      .addSuccess(bytes)
      .addSuccess(bytes, { status: 206 })
      .addSuccess(HttpApiSchema.Empty(304))
      .addError(UploadNotFound)
      .addError(UploadDamaged)
      .addError(PreconditionFailed)
      .annotate(JudgesConditions, true)
      .addError(RangeNotSatisfiable)
      .annotateContext(
        documented(
          "One upload's bytes",
          "Always an attachment, in the media type of the upload. The ETag is the SHA-256. Supports If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, Range with one range, and If-Range."
        )
      )
      .annotateContext(answerHeaders({
        200: ["ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition"],
        206: ["ETag", "Last-Modified", "Accept-Ranges", "Content-Disposition", "Content-Range"],
        304: ["ETag", "Last-Modified", "Accept-Ranges"],
        412: ["ETag"],
        416: ["Accept-Ranges", "Content-Range"]
      }))
  )
  .add(
    HttpApiEndpoint.del("remove")`/uploads/${id}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UploadNotFound)
      .addError(PreconditionFailed)
      .annotate(JudgesConditions, true)
      .annotateContext(documented(
        "Deletes an upload",
        "A download in flight still gets the whole file. Supports If-Match, If-Unmodified-Since and If-None-Match."
      ))
      .annotateContext(answerHeaders({ 412: ["ETag"] }))
  )
  .add(
    HttpApiEndpoint.get("inFlight")`/uploads/in-flight/${traceId}`
      .addSuccess(UploadInFlight)
      .addError(UploadNotInFlight)
      .annotateContext(documented(
        "An upload in flight",
        "Known by the trace id of the traceparent that was sent with the upload; without one it is not listed."
      ))
  )
  .add(
    HttpApiEndpoint.put("pause")`/uploads/in-flight/${traceId}/pause`
      .addSuccess(UploadInFlight)
      .addError(UploadNotInFlight)
      .annotateContext(documented(
        "Pauses an upload in flight",
        "Idempotent. The server stops writing, and its client stops sending once the buffers between them are full. The limits on silence and on the duration of a request still hold."
      ))
  )
  .add(
    HttpApiEndpoint.del("resume")`/uploads/in-flight/${traceId}/pause`
      .addSuccess(UploadInFlight)
      .addError(UploadNotInFlight)
      .annotateContext(documented("Resumes a paused upload", "Idempotent: 200 even if it is not paused."))
  )
  .annotateContext(OpenApi.annotations({ title: "uploads", description: "Files in forms, streamed to disk." }))
