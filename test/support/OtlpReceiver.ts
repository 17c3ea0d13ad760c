import { Effect, Queue, Schema } from "effect"
import * as LoopbackServer from "./LoopbackServer.ts"

const hex = (digits: number) => Schema.String.pipe(Schema.pattern(new RegExp(`^[0-9a-f]{${digits}}$`)))
const Nanos = Schema.String.pipe(Schema.pattern(/^\d+$/))

const KeyValue = Schema.Struct({
  key: Schema.String,
  value: Schema.Union(
    Schema.Struct({ stringValue: Schema.String }),
    Schema.Struct({ boolValue: Schema.Boolean }),
    Schema.Struct({ intValue: Schema.String.pipe(Schema.pattern(/^-?\d+$/)) }),
    Schema.Struct({ doubleValue: Schema.Number })
  )
})

/**
 * A span as opentelemetry/proto/trace/v1/trace.proto defines it, in OTLP's JSON: ids in hexadecimal digits, numbers of
 * 64 bits as texts.
 */
export const Span = Schema.Struct({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: Schema.optional(hex(16)),
  traceState: Schema.optional(Schema.String),
  name: Schema.NonEmptyString,
  kind: Schema.Literal(1, 2, 3, 4, 5),
  startTimeUnixNano: Nanos,
  endTimeUnixNano: Nanos,
  attributes: Schema.Array(KeyValue),
  status: Schema.Struct({ code: Schema.Literal(0, 2) })
})
export type Span = typeof Span.Type

const Request = Schema.parseJson(Schema.Struct({
  resourceSpans: Schema.Tuple(Schema.Struct({
    resource: Schema.Struct({ attributes: Schema.Array(KeyValue) }),
    scopeSpans: Schema.Tuple(
      Schema.Struct({ scope: Schema.Struct({ name: Schema.String }), spans: Schema.Array(Span) })
    )
  }))
}))

/** The answer to one request: a status with headers and a body, or silence. */
export type Reply = readonly [status: number, headers?: Readonly<Record<string, string>>, body?: string] | "silence"

/**
 * A receiver of OTLP/HTTP that accepts what the definitions allow, and answers as told. The last reply is that to all
 * further requests.
 */
export const make = (...replies: readonly [Reply, ...ReadonlyArray<Reply>]) =>
  Effect.gen(function*() {
    const received = yield* Queue.unbounded<ReadonlyArray<Span>>()
    const faults: Array<string> = []
    let next = 0
    const { url } = yield* LoopbackServer.make((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const reply = replies[Math.min(next++, replies.length - 1)] ?? "silence"
        const decoded = Schema.decodeUnknownEither(Request, { onExcessProperty: "error" })(
          Buffer.concat(chunks).toString()
        )
        if (decoded._tag === "Left") faults.push(decoded.left.message)
        else received.unsafeOffer(decoded.right.resourceSpans[0].scopeSpans[0].spans)
        if (request.url !== "/v1/traces" || request.headers["content-type"] !== "application/json") {
          faults.push(`${request.method} ${request.url} ${request.headers["content-type"]}`)
        }
        if (reply === "silence") return
        const [status, headers = {}, body = "{}"] = reply
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)
      })
    })
    return { url, received, faults, requests: () => next }
  })
