/** A file as the server keeps it. */
export interface Upload {
  readonly id: number
  readonly filename: string
  readonly size: number
  readonly content_type: string
  readonly sha256: string
  readonly url: string
  readonly created_at: string
}
