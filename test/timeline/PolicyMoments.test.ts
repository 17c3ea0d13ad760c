import { expect, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { Policies } from "../../src/policy/Policies.ts"
import { toChrome } from "../../src/timeline/chromeTrace.ts"
import { violations } from "../../src/timeline/conservation.ts"
import * as Svg from "../../src/timeline/SvgPicture.ts"
import * as Text from "../../src/timeline/TextPicture.ts"
import { Timeline } from "../../src/timeline/Timeline.ts"
import { why } from "../../src/timeline/why.ts"
import { recorded } from "./recorded.ts"

const away = Effect.zipRight(Effect.sleep("10 millis"), Effect.fail({ _tag: "Away", transient: true }))

const run = Effect.gen(function*() {
  const { of } = yield* Policies
  yield* Effect.exit(of("upstream").apply(away))
  yield* Effect.exit(of("upstream").apply(away))
  yield* of("safe-call").apply(Effect.sleep("100 millis"))
}).pipe(Effect.provide(Policies.layerWith({
  "upstream": {
    breaker: { failures: 1, openFor: Duration.seconds(5), breaks: "all" },
    retry: { attempts: 2, backoff: { kind: "constant", base: Duration.seconds(6) }, budget: { ratio: 0, burst: 0 } }
  },
  "safe-call": { hedge: { after: Duration.millis(60) } }
})))

it.effect("refusals, copies, spent budgets and opened breakers are moments of a recording, in every picture", () =>
  Effect.gen(function*() {
    const timeline = yield* recorded(run)
    const millis = (nanos: number) => nanos / 1e6
    expect(
      timeline.events.filter(({ kind }) => kind !== "attempt").map(({ at, fiber: _, ...event }) => [millis(at), event])
    ).toEqual([
      [10, { kind: "breaker opened", value: 5_000, policy: "upstream" }],
      [10, { kind: "budget spent", policy: "upstream" }],
      [10, { kind: "refused", reason: "breaker open", policy: "upstream" }],
      [70, { kind: "hedged", value: 2, policy: "safe-call" }]
    ])
    expect(violations(timeline)).toEqual([])
    expect(timeline.policies?.map(({ name }) => name)).toEqual(["upstream", "safe-call"])
    expect(Schema.decodeUnknownSync(Timeline)(JSON.parse(JSON.stringify(timeline)))).toEqual(timeline)
    expect(why(timeline)).toMatch(/; refused by the policy upstream \(breaker open\)$/)
    expect(why(timeline, "fr")).toMatch(/ ; refusé par la politique upstream \(disjoncteur ouvert\)$/)
    const picture = Text.draw(timeline, { columns: 120, colours: false, rows: 40 }).join("\n")
    for (
      const legend of ["R refused by a policy", "H copy of a slow attempt", "$ retry budget spent", "O breaker opened"]
    ) {
      expect(picture).toContain(legend)
    }
    expect(Svg.draw(timeline)).toContain("refused by a policy (breaker open, upstream)")
    expect(toChrome(timeline)).toContain("copy of a slow attempt (safe-call)")
  }))
