/** A request of a load; the body is JSON. */
export interface Request {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly body?: string
}

/** What is asked of a server on 127.0.0.1: the requests in turn, again and again, by so many connections for so many seconds. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly requests: ReadonlyArray<Request>
}

/** What came of it. */
export interface Answers {
  /** Answers of the 2xx a second. */
  readonly rate: number
  /** Other answers, and connections or requests that broke. */
  readonly failed: number
  /** Milliseconds from a request to its answer. */
  readonly p50: number
  readonly p99: number
}
