import { expect, layer } from "@effect/vitest"
import { type Context, Effect, Option } from "effect"
import type { Recorder } from "../../../src/platform/recorder/Recorder.ts"
import { violations } from "../../../src/timeline/conservation.ts"
import type { Timeline } from "../../../src/timeline/Timeline.ts"
import type { Answer } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const traceId = "0af7651916cd43dd8448eb211c80319c"
const sampled = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }

const idOf = ({ headers }: Answer): string | undefined =>
  /<\/timelines\/([0-9a-f]{32})>; rel="describedby"/.exec(String(headers["link"] ?? ""))?.[1]

/** The timeline that an answer names. */
const timelineOf = (recorder: Context.Tag.Service<Recorder>, answer: Answer): Effect.Effect<Timeline> =>
  Effect.orDie(Option.flatMap(Option.fromNullable(idOf(answer)), recorder.get))

layer(TestServer.layer({ timelineBudget: 0, timelineSample: 0 }), live)("a server that samples nothing", (it) => {
  it.effect("records a request of a sampled trace, and no other", () =>
    Effect.gen(function*() {
      const { recorder, send } = yield* TestServer
      const plain = yield* send("GET", "/users/1/complete-profile")
      expect([plain.status, idOf(plain)]).toEqual([200, undefined])
      const answer = yield* send("GET", "/users/1/complete-profile", { headers: sampled })
      expect([answer.status, idOf(answer)]).toEqual([200, traceId])
      const timeline = yield* timelineOf(recorder, answer)
      expect(violations(timeline)).toEqual([])
      expect([timeline.id, timeline.name, timeline.outcome]).toEqual([traceId, "users.completeProfile", "success"])
      expect(recorder.list({})).toMatchObject([
        { id: traceId, kind: "request", route: "/users/:user_id/complete-profile", status: 200, outcome: "success" }
      ])
    }))
})
