import { expect, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { defaults, Policies } from "../../src/policy/Policies.ts"
import { policyViolations } from "../../src/timeline/policyLaws.ts"
import { recorded } from "./recorded.ts"

it.effect("attempts, pauses and timeouts of a recording are those of the policy, and contradict another one", () =>
  Effect.gen(function*() {
    const timeline = yield* recorded(
      Effect.flatMap(Policies, (policies) =>
        Effect.all(
          [
            policies.of("unreliable").apply(Effect.fail({ _tag: "Down", transient: true })),
            policies.of("unreliable").apply(Effect.sleep("6 seconds"))
          ].map((run) => Effect.exit(run)),
          { concurrency: 2 }
        )).pipe(Effect.provide(Policies.layerWith({})))
    )
    const { attemptTimeout, retry } = defaults.unreliable
    expect(policyViolations(timeline, "unreliable", defaults.unreliable)).toEqual([])
    expect(policyViolations(timeline, "unreliable", { attemptTimeout, retry: { ...retry, attempts: 2 } })).not.toEqual(
      []
    )
    const other = { kind: "constant", base: Duration.seconds(2) } as const
    expect(policyViolations(timeline, "unreliable", { attemptTimeout, retry: { ...retry, backoff: other } }))
      .not.toEqual([])
    expect(policyViolations(timeline, "unreliable", { attemptTimeout: Duration.seconds(3), retry })).not.toEqual([])
  }))
