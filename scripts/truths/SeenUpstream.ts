import { Context, Duration, Effect, Layer } from "effect"
import { createServer } from "node:http"
import * as Httpbin from "../../src/platform/upstream/Httpbin.ts"

/** A call as the upstream sees it; milliseconds of `performance.now()`. */
export interface SeenCall {
  readonly trace: string
  readonly path: string
  readonly arrived: number
  /** The end of the answer; undefined where the caller left before it. */
  readonly answered: number | undefined
}

/** An httpbin outside of the server, which notes the calls that it sees. */
export class SeenUpstream extends Context.Tag("barista/truths/SeenUpstream")<SeenUpstream, {
  readonly url: URL
  /** Lists the calls of a trace that are over. */
  readonly callsOf: (trace: string) => ReadonlyArray<SeenCall>
}>() {
  static readonly layer = Layer.scoped(
    SeenUpstream,
    Effect.gen(function*() {
      const calls: Array<SeenCall> = []
      const server = createServer((request, response) => {
        const arrived = performance.now()
        const url = new URL(request.url ?? "/", "http://127.0.0.1")
        const { delay, json, status } = Httpbin.answer(url, {}, "127.0.0.1")
        const [, trace = ""] = String(request.headers["traceparent"]).split("-")
        // @effect-diagnostics-next-line globalTimers:off: a foreign server, with a clock of its own
        const timer = setTimeout(() => {
          response.writeHead(status, { "content-type": "application/json" })
          response.end(json === undefined ? "" : JSON.stringify(json))
        }, Duration.toMillis(delay))
        response.once("close", () => {
          clearTimeout(timer)
          const answered = response.writableFinished ? performance.now() : undefined
          calls.push({ trace, path: url.pathname, arrived, answered })
        })
      })
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.sync(() => void server.close().closeAllConnections())
      )
      const address = server.address()
      const port = typeof address === "object" ? address?.port : undefined
      return {
        url: new URL(`http://127.0.0.1:${port}`),
        callsOf: (trace) => calls.filter((call) => call.trace === trace)
      }
    })
  )
}
