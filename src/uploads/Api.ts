import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { Id, idFromText } from "../domain/Ids.ts"
import { Instant } from "../domain/Instant.ts"
import * as Problem from "../domain/Problem.ts"
import { text } from "../domain/Text.ts"
import { StorageFull, TooManyFiles } from "../platform/files/FileProblems.ts"
import { describe } from "../platform/http/describe.ts"
import { answerHeaders } from "../platform/http/OpenApiHeaders.ts"
import { PageParams } from "../platform/http/Pagination.ts"

export const UploadId = Id.pipe(Schema.brand("UploadId")).annotations({
  identifier: "UploadId",
  description: "Id of an upload, 1 to 2^53-1"
})
export type UploadId = typeof UploadId.Type

/** A file that is on disk, whole. */
export class Upload extends Schema.Class<Upload>("Upload")({
  filename: Schema.String.annotations({ description: "As the client wrote it", examples: ["cœur ☕.txt"] }),
  size: Schema.Int.annotations({ description: "Bytes", examples: [5] }),
  id: UploadId,
  content_type: Schema.String.annotations({ examples: ["text/plain"] }),
  sha256: Schema.String.annotations({
    description: "Of the file's bytes, lower-case hexadecimal",
    examples: ["2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"]
  }),
  url: Schema.String.annotations({
    description: "Where the file can be downloaded and deleted",
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

/** 416: the range asked for begins beyond the file's end; `size` is in bytes. */
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

const File = Schema.String.annotations({ jsonSchema: { type: "string", format: "binary" } })

const id = HttpApiSchema.param("id", idFromText(UploadId, "Id of an upload, 1 to 2^53-1"))

const bytes = HttpApiSchema.Uint8Array({ contentType: "application/octet-stream" })

/** Why an upload is not kept. */
const NotKept = Schema.Union(
  TooManyFiles,
  StorageFull,
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
      .addError(Problem.Overloaded)
      .annotateContext(
        describe("One file, synchronously", "Written by blocking file calls on the sacrificial event loop.")
      )
  )
  .add(
    HttpApiEndpoint.post("uploadAsync", "/upload-async")
      .setPayload(HttpApiSchema.MultipartStream(Schema.Struct({ file: File })))
      .addSuccess(Upload)
      .addError(NotKept)
      .annotateContext(
        describe("One file, asynchronously", "Streamed to disk with constant memory; answered once it is durable.")
      )
  )
  .add(
    HttpApiEndpoint.post("uploadMultiple", "/upload-multiple")
      .setPayload(HttpApiSchema.MultipartStream(Schema.Struct({ files: Schema.Array(File) })))
      .addSuccess(Schema.Struct({ files: Schema.Array(Upload) }))
      .addError(NotKept)
      .annotateContext(describe("Several files", "Answered in the order sent; all of them are kept, or none."))
  )
  .add(
    HttpApiEndpoint.get("list", "/uploads")
      .setUrlParams(PageParams)
      .addSuccess(Schema.Array(Upload))
      .annotateContext(
        describe("The uploads", "Ascending id, a page at a time; the Link header leads to the next one.")
      )
  )
  .add(
    HttpApiEndpoint.get("download")`/uploads/${id}`
      .addSuccess(bytes)
      .addSuccess(bytes, { status: 206 })
      .addSuccess(HttpApiSchema.Empty(304))
      .addError(UploadNotFound)
      .addError(RangeNotSatisfiable)
      .annotateContext(
        describe(
          "One upload's bytes",
          "Always as an attachment. The ETag is the SHA-256; If-None-Match, Range with one range, and If-Range are understood."
        )
      )
      .annotateContext(answerHeaders({
        200: ["ETag", "Accept-Ranges", "Content-Disposition"],
        206: ["ETag", "Accept-Ranges", "Content-Disposition", "Content-Range"],
        304: ["ETag", "Accept-Ranges"],
        416: ["Accept-Ranges", "Content-Range"]
      }))
  )
  .add(
    HttpApiEndpoint.del("remove")`/uploads/${id}`
      .addSuccess(HttpApiSchema.NoContent)
      .addError(UploadNotFound)
      .annotateContext(describe("Deletes an upload", "A download that is under way still gets all of it."))
  )
  .annotateContext(OpenApi.annotations({ title: "uploads", description: "« Upload et traitement de fichiers »" }))
