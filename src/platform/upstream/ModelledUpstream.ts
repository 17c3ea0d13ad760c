import { Duration, Effect, Layer } from "effect"
import { JsonText } from "../codec/JsonText.ts"
import * as Httpbin from "./Httpbin.ts"
import { inCallSpan, type Path, Upstream, urlOf } from "./Upstream.ts"
import { UpstreamFailed } from "./UpstreamFailed.ts"

const base = new URL("http://upstream.invalid")

/**
 * httpbin as a model on the Clock, without a socket, for virtual time. Gives the same answers and failures as the real
 * one, after `latency` (none by default).
 */
export const layer = ({ latency = Duration.zero }: { readonly latency?: Duration.DurationInput } = {}) =>
  Layer.succeed(Upstream, {
    url: base,
    get: Effect.fnUntraced(function*(path: Path) {
      const url = urlOf(base, path)
      const { delay, json, status } = Httpbin.answer(url, { host: url.host }, "127.0.0.1")
      yield* Effect.sleep(Duration.sum(delay, Duration.decode(latency)))
      if (status > 299) return yield* UpstreamFailed.status(url, status)
      return json === undefined ? yield* UpstreamFailed.body(url, "not-json") : new JsonText(JSON.stringify(json))
    }, (call, path) => inCallSpan(path)(call))
  })
