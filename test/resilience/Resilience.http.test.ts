import { HttpApi } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { AppConfig } from "../../src/AppConfig.ts"
import { Lifecycle } from "../../src/platform/lifecycle/Lifecycle.ts"
import * as ModelledUpstream from "../../src/platform/upstream/ModelledUpstream.ts"
import { Policies } from "../../src/policy/Policies.ts"
import { ResilienceApi } from "../../src/resilience/Api.ts"
import { handlers } from "../../src/resilience/Http.ts"
import { Resilience } from "../../src/resilience/Resilience.ts"
import { asker } from "../support/ask.ts"

const modelled = Resilience.layer.pipe(
  Layer.provide(ModelledUpstream.layer()),
  Layer.provideMerge(Policies.layerWith({})),
  Layer.provideMerge(Lifecycle.layer),
  Layer.provideMerge(AppConfig.layerWith({}))
)

const app = Effect.flatMap(handlers, (resilience) => asker(HttpApi.make("test").add(ResilienceApi), { resilience }))

/** Returns the answer to a request during which the given time passes. */
const answerAfter = (path: string, elapsed: "0 seconds" | "3 seconds" | "5 seconds", language = "fr") =>
  Effect.gen(function*() {
    const ask = yield* app
    const answer = yield* Effect.fork(ask(path, language))
    yield* TestClock.adjust(elapsed)
    return yield* Fiber.join(answer)
  }).pipe(Effect.provide(modelled))

describe("/with-timeout", () => {
  it.scoped("is a 504 with the handbook's two fields among its members", () =>
    Effect.gen(function*() {
      const answer = yield* answerAfter("/with-timeout/", "5 seconds")
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(answer).toMatchObject({
        status: 504,
        body: { status: 504, title: "Délai dépassé", error: "Opération trop lente", timeout: "5s" }
      })
    }))

  it.scoped("takes another timeout, and answers in English on request", () =>
    Effect.gen(function*() {
      expect(yield* answerAfter("/with-timeout?timeout=2.5", "3 seconds", "en")).toMatchObject({
        status: 504,
        body: { error: "Operation too slow", timeout: "2.5s" }
      })
      expect(yield* answerAfter("/with-timeout?timeout=31", "0 seconds")).toMatchObject({
        status: 422,
        body: { errors: [{ loc: ["query", "timeout"] }] }
      })
    }))
})

describe("/unreliable", () => {
  it.scoped("is a 502 that names the attempts", () =>
    Effect.gen(function*() {
      const error = "http://upstream.invalid/status/500 a répondu 500."
      expect(yield* answerAfter("/unreliable", "3 seconds")).toMatchObject({
        status: 502,
        body: {
          detail: `Tentatives : 1. ${error} 2. ${error} 3. ${error}`,
          attempts: [
            { attempt: 1, error, upstream_status: 500, delay: 1 },
            { attempt: 2, error, upstream_status: 500, delay: 2 },
            { attempt: 3, error, upstream_status: 500, delay: null }
          ]
        }
      })
    }))

  it.scoped("is the JSON of /get once an attempt succeeds", () =>
    Effect.gen(function*() {
      expect(yield* answerAfter("/unreliable?succeed_on=3", "3 seconds")).toMatchObject({
        status: 200,
        body: { args: {}, url: "http://upstream.invalid/get" }
      })
    }))
})

describe("/policies", () => {
  it.scoped("is the list of the policies in force, as the configuration takes them", () =>
    Effect.gen(function*() {
      const { body, status } = yield* answerAfter("/policies", "0 seconds")
      expect(status).toBe(200)
      expect(body).toContainEqual({
        name: "unreliable",
        policy: {
          attemptTimeout: "5 seconds",
          retry: { attempts: 3, backoff: { kind: "linear", base: "1 second" } }
        },
        state: {}
      })
    }))
})
