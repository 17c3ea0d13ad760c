import { describe, expect, it } from "@effect/vitest"
import { Duration, Either, FastCheck, JSONSchema, Schema } from "effect"
import { issuesOf } from "../../src/domain/ParseIssues.ts"
import { DurationText, format } from "../../src/policy/DurationText.ts"
import { Policy } from "../../src/policy/Policy.ts"

const everything = {
  timeout: "1 minute",
  attemptTimeout: "5 seconds",
  retry: {
    attempts: 5,
    backoff: { kind: "exponential", base: "100 millis", factor: 3, max: "2 seconds" },
    jitter: "full"
  },
  concurrency: 10
}

const refusal = (json: unknown) =>
  Either.match(Schema.decodeUnknownEither(Policy, { errors: "all" })(json), {
    onRight: () => "accepted",
    onLeft: (error) => issuesOf(error.issue).map(({ path }) => path.join(".")).join()
  })

describe("DurationText", () => {
  const decode = Schema.decodeUnknownEither(DurationText)

  it("writes the largest unit that divides", () => {
    const written = [0, 1, 200, 1000, 1500, 5000, 60_000, 90_000, 3_600_000, 86_400_000].map((millis) =>
      format(Duration.millis(millis))
    )
    expect(written).toEqual([
      "0 millis",
      "1 milli",
      "200 millis",
      "1 second",
      "1500 millis",
      "5 seconds",
      "1 minute",
      "90 seconds",
      "1 hour",
      "24 hours"
    ])
  })

  it("reads back what it writes", () => {
    FastCheck.assert(FastCheck.property(FastCheck.integer({ min: 0, max: 86_400_000 }), (millis) => {
      const read = Either.getOrThrow(decode(format(Duration.millis(millis))))
      expect(Duration.toMillis(read)).toBe(millis)
    }))
  })

  it("refuses text that is no duration, negative, too long or finer than a millisecond", () => {
    const refused = [
      "5",
      "5s",
      "",
      "five seconds",
      "-1 seconds",
      "25 hours",
      "1.5 millis",
      "5 nanos",
      "Infinity",
      5,
      null
    ]
    expect(refused.filter((written) => Either.isRight(decode(written)))).toEqual([])
    expect(Either.isRight(decode("1.5 seconds"))).toBe(true)
  })
})

describe("Policy", () => {
  it("decodes JSON and encodes back to it", () => {
    const policies = [
      {},
      { concurrency: 1 },
      everything,
      { retry: { attempts: 1, backoff: { kind: "constant", base: "0 millis" } } },
      { retry: { attempts: 20, backoff: { kind: "linear", base: "1 second", max: "1 minute" }, jitter: "none" } }
    ]
    for (const json of policies) {
      expect(Schema.encodeSync(Policy)(Schema.decodeUnknownSync(Policy)(json))).toEqual(json)
    }
  })

  it.each([
    [{ timeout: "0 seconds" }, "timeout"],
    [{ timeout: 5 }, "timeout"],
    [{ retry: { attempts: 0, backoff: everything.retry.backoff } }, "retry.attempts"],
    [{ retry: { attempts: 21, backoff: everything.retry.backoff } }, "retry.attempts"],
    [{ retry: { attempts: 3 } }, "retry.backoff"],
    [{ retry: { attempts: 3, backoff: { kind: "linear", base: "1 second", factor: 2 } } }, "retry.backoff.factor"],
    [{ concurrency: 0 }, "concurrency"],
    [{ concurrency: 10_001 }, "concurrency"],
    [{ timeuot: "5 seconds" }, "timeuot"]
  ])("refuses %j at %s", (json, at) => {
    expect(refusal(json)).toBe(at)
  })

  it("has a JSON schema of its written form", () => {
    const schema = JSON.stringify(JSONSchema.make(Policy))
    expect(schema).toContain("\"timeout\":{\"type\":\"string\"")
    expect(schema).toContain("\"minimum\":1,\"maximum\":20")
  })
})
