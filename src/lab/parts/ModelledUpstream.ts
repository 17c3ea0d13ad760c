import { Effect, Layer } from "effect"
import { waiting } from "../../domain/Wait.ts"
import * as Httpbin from "../../platform/upstream/Httpbin.ts"
import { calling, inCallSpan, jsonOf, type Path, Upstream, urlOf } from "../../platform/upstream/Upstream.ts"

/** The base of paths that no socket reaches. */
export const base = new URL("http://upstream.invalid")

/** The answer of the embedded upstream to a path, with the bytes of its body. */
export const answerOf = (url: URL) => {
  const { delay, json, status } = Httpbin.answer(url, {}, "127.0.0.1")
  return { delay, status, body: Buffer.from(json === undefined ? "" : JSON.stringify(json)) }
}

/** The embedded upstream without its sockets: each answer comes after its delay by the clock of the layer. */
export const layer = Layer.effect(
  Upstream,
  Effect.map(Effect.clock, (clock) => {
    const get = (path: Path) => {
      const url = urlOf(base, path)
      const { body, delay, status } = answerOf(url)
      // not the clock of the recording, which would show a sleep instead of a wait for the upstream
      return clock.sleep(delay).pipe(
        Effect.zipRight(jsonOf(url, status, body)),
        waiting(calling(path)),
        inCallSpan(path)
      )
    }
    return Upstream.of({ url: base, get })
  })
)
