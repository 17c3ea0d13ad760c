/** Calls of the sacrificial event loop. Times are milliseconds, as they cross a thread boundary. */
export type BlockingCalls = {
  readonly sleep: { readonly input: { readonly times: number; readonly each: number }; readonly answer: void }
  readonly sumOfSquares: { readonly input: { readonly n: number }; readonly answer: bigint }
  readonly httpGet: { readonly input: HttpRequest; readonly answer: HttpAnswer | HttpFailure }
  readonly copyFile: {
    readonly input: { readonly from: string; readonly to: string }
    readonly answer: CopiedFile
  }
}

export type CallName = keyof BlockingCalls

/** The calls as functions, each of which blocks its thread. */
export type Blocking<Names extends CallName = CallName> = {
  readonly [N in Names]: (input: BlockingCalls[N]["input"]) => BlockingCalls[N]["answer"]
}

/** A complete file on the disk. */
export interface CopiedFile {
  /** Size in bytes. */
  readonly size: number
  /** Digest in lower-case hexadecimal. */
  readonly sha256: string
}

export interface HttpRequest {
  readonly url: string
  readonly timeout: number
}

export interface HttpAnswer {
  readonly status: number
  /** Body without its content codings. */
  readonly body: Uint8Array
}

/** Failure of a request; `connection` covers name lookup, refusal, reset and a broken response. */
export interface HttpFailure {
  readonly kind: "timeout" | "connection" | "too large" | "bad coding"
}

/** Result of a call, measured in the thread: its answer or thrown error, and the damage to the event loop. */
export interface Measured<A> {
  readonly outcome: { readonly answer: A } | {
    readonly error: { readonly code: string; readonly message: string }
  }
  readonly blockedFor: number
  readonly missedHeartbeats: number
}

export type MeasuredCalls = {
  readonly [N in CallName]: {
    readonly input: BlockingCalls[N]["input"]
    readonly answer: Measured<BlockingCalls[N]["answer"]>
  }
}
