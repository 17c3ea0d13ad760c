/** A request of a load; the body is JSON. */
export interface Request {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly body?: string
}

/**
 * A load on a server on 127.0.0.1: requests sent in turn, repeatedly, by the given connections for the given seconds.
 */
export interface Load {
  readonly port: number
  /** Ports of further servers, each with a thread and a share of the connections. */
  readonly others?: ReadonlyArray<number>
  readonly connections: number
  readonly seconds: number
  readonly requests: ReadonlyArray<Request>
}

/** The outcome of a load. */
export interface Answers {
  /** Answers with a 2xx status a second. */
  readonly rate: number
  /** Other answers, and connections or requests that broke. */
  readonly failed: number
  /** Milliseconds from a request to its answer. */
  readonly p50: number
  readonly p99: number
}
