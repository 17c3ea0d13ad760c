import { Effect, Layer } from "effect"
import * as ModelledUpstream from "../../../src/platform/upstream/ModelledUpstream.ts"
import { Upstream } from "../../../src/platform/upstream/Upstream.ts"
import { Stage } from "./Stage.ts"

const byMode = Layer.unwrapEffect(
  Effect.map(Stage, ({ mode }) => mode === "virtual" ? ModelledUpstream.layer() : Upstream.layer)
)

/**
 * The upstream of the demos: the configured or embedded one over real sockets, its model in virtual time. Each call is
 * reported.
 */
export const layer = Layer.effect(
  Upstream,
  Effect.gen(function*() {
    const { say } = yield* Stage
    const { get, url } = yield* Upstream
    return {
      url,
      get: (path: `/${string}`) =>
        say(`GET ${path}`).pipe(
          Effect.zipRight(get(path)),
          Effect.tapBoth({
            onSuccess: () => say(`GET ${path}: answered`),
            onFailure: ({ code, upstream_status }) => say(`GET ${path}: failed (${upstream_status ?? code})`)
          })
        )
    }
  })
).pipe(Layer.provide(byMode))
