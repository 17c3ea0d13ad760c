const randomDigits = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("")

/** A new trace: its id, and the header that has the server record the request (W3C Trace Context). */
export interface Trace {
  readonly id: string
  readonly headers: { readonly traceparent: string }
}

export const newTrace = (): Trace => {
  const id = randomDigits(16)
  return { id, headers: { traceparent: `00-${id}-${randomDigits(8)}-01` } }
}

/** A key for a request that must have its effect once. */
export const newIdempotencyKey = (): string => randomDigits(8)
