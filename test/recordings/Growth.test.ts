import { HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { type Context, Effect, Layer, Option, Stream } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import { Recorder } from "../../src/platform/recorder/Recorder.ts"
import { handlers } from "../../src/recordings/Http.ts"
import { bigTimeline } from "../support/bigTimeline.ts"
import { turns } from "../support/turn.ts"

const id = "0af7651916cd43dd8448eb211c80319c"
const bounds = { server: 10, client: 10, connection: 10 }

it.scopedLive("a growing timeline is made again only when its client has taken the one before", () =>
  Effect.gen(function*() {
    let made = 0
    const running = { ...bigTimeline(10, 100), id, outcome: "running" as const }
    const recorder: Context.Tag.Service<Recorder> = {
      ...(yield* Recorder),
      summary: () =>
        Option.some({
          id,
          number: 1,
          kind: "experiment",
          name: "endless",
          route: null,
          started_at: running.started_at,
          duration_ns: 0,
          outcome: "running",
          status: null,
          fibers: 10,
          recorded_in_ns: 0
        }),
      watch: () =>
        Option.some(Stream.repeatEffect(Effect.sync(() => {
          made++
          return running
        })))
    }
    const { get } = yield* Effect.provideService(handlers, Recorder, recorder)
    const request = HttpServerRequest.fromWeb(
      new Request(`http://localhost/timelines/${id}`, { headers: { accept: "text/event-stream" } })
    )
    const response = yield* get({ path: { id }, urlParams: {}, request })
    const body = HttpServerResponse.isServerResponse(response) && response.body._tag === "Stream"
      ? Stream.orDie(response.body.stream)
      : Stream.empty
    const taken = yield* Stream.runHead(Stream.drop(body, 1).pipe(Stream.tap(() => turns(200))))
    expect(Option.isSome(taken)).toBe(true)
    // one in the client's hands, one that waits, and one that is being offered
    expect(made).toBeLessThanOrEqual(4)
  }).pipe(Effect.provide(Layer.merge(AppConfig.layerWith({}), Lifecycle.layerWith(bounds)))))
