import { Effect, Layer } from "effect"
import * as EmbeddedUpstream from "../../platform/upstream/EmbeddedUpstream.ts"
import { Upstream } from "../../platform/upstream/Upstream.ts"
import { Meters } from "../Meters.ts"

/** An embedded upstream of the experiment's own, over real sockets. It counts the calls that reach it. */
export const layer = Layer.unwrapScoped(
  Effect.gen(function*() {
    const meters = yield* Meters
    const { url, usage } = yield* EmbeddedUpstream.start
    meters.upstream = usage
    return Upstream.layerHttp(url)
  })
)

/** Loads the client, whose many modules take a while, and opens the first connection. */
export const warmUp = Effect.flatMap(Upstream, ({ get }) => get("/get"))

/** Spreads a share of the tasks, in percent, evenly over their places from 0. */
export const isChosen = (share: number) => (place: number): boolean =>
  Math.floor((place + 1) * share / 100) > Math.floor(place * share / 100)

/** A path that the upstream answers after so many milliseconds. */
export const delayed = (milliseconds: number) => `/delay/${milliseconds / 1000}` as const

/** A path that the upstream answers at once with a failure. */
export const failing = "/status/500"
