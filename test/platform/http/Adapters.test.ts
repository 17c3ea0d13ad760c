import { expect, it } from "@effect/vitest"
import { Context, Effect, FastCheck, Layer, Option, Runtime } from "effect"
import type { Values } from "../../../src/AppConfig.ts"
import * as Hasty from "../../support/hasty.ts"
import { type Answer } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"
import { requests, type Written } from "./requests.ts"

/** A timeout that always expires, as the operation's own would take seconds. */
const timeout = ["POLICY_SLOW_OPERATION", `{"timeout":"1 millis"}`] as const

/** The parts that differ between any two answers: trace ids, times and measurements. */
const unique: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b[0-9a-f]{32}\b(?!\w)/g, "<trace>"],
  [/\b[0-9a-f]{16}\b(?!\w)/g, "<span>"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<moment>"],
  [/"(blockedFor|missedHeartbeats)":[\d.]+/g, "\"$1\":<measured>"],
  [/"\d+\.\d\ds"/g, "<duration>"]
]

const withoutUnique = (text: string) => unique.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), text)

/** Returns the body; a stream's events are sorted, as items of a batch finish together. */
const bodyOf = ({ headers, text }: Answer) =>
  headers["content-type"] === "text/event-stream" ? withoutUnique(text).split("\n\n").sort() : withoutUnique(text)

/** Returns the length of an absent body (HEAD) for comparison, unless the body contains a measurement. */
const lengthOf = ({ headers: { "content-length": length }, text }: Answer, { method, path }: Written) => {
  if (method === "HEAD") return /sync|usage|multiple/i.test(path) ? "measured" : length
  return length === String(Buffer.byteLength(text)) ? "right" : length
}

/** Reduces an answer to the parts that must be the same. */
const comparable = (answer: Answer, written: Written) => {
  const { "content-length": _length, date: _date, link, "server-timing": timing, ...headers } = answer.headers
  const timed = String(timing).replaceAll(/=[\d.]+/g, "=<measured>")
  return {
    status: answer.status,
    headers,
    timed,
    link: withoutUnique(String(link)),
    length: lengthOf(answer, written),
    body: bodyOf(answer)
  }
}

/** Adds the length of the body, which Node sends by itself only for methods that usually have one. */
const framed = (headers: Written["headers"], body: Written["body"]) =>
  body.length === 0 || "transfer-encoding" in headers
    ? headers
    : { ...headers, "content-length": String(Buffer.byteLength(body)) }

const describeRequest = ({ body, headers, method, path }: Written) =>
  `${method} ${path}\n${JSON.stringify(headers)}\n${body.slice(0, 200).toString()}`

/** Settings that leave the choice of recorded requests to the requests, as time must not decide it. */
const unsampled = { timelineBudget: 0, timelineSample: 0 }

const server = (httpAdapter: Values["httpAdapter"], upstreamUrl: URL) =>
  Effect.map(
    Layer.build(
      TestServer.layer({ ...Hasty.settings, ...unsampled, httpAdapter, upstreamUrl: Option.some(upstreamUrl) }).pipe(
        Hasty.withPolicies(Hasty.retry, timeout)
      )
    ),
    Context.get(TestServer)
  )

/** The seed of every run; a difference between the adapters prints it with the counterexample. */
const seed = 4_097

it.scopedLive("both adapters give one answer to any request, valid or not", () =>
  Effect.gen(function*() {
    const { url } = yield* Hasty.upstream
    const compiled = yield* server("compiled", url)
    const stock = yield* server("platform", url)
    const runtime = yield* Effect.runtime<never>()
    const ask = ({ send }: TestServer["Type"], written: Written) => {
      const { body, headers, method, path } = written
      return Effect.match(send(method, path, { headers: framed(headers, body), body }), {
        onFailure: ({ message }) => message,
        onSuccess: (answer) => comparable(answer, written)
      })
    }

    yield* Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(requests, (written) =>
          Runtime.runPromise(runtime)(Effect.gen(function*() {
            const answers = yield* Effect.all([ask(compiled, written), ask(stock, written)], { concurrency: 2 })
            expect(answers[1], describeRequest(written)).toEqual(answers[0])
          }))),
        { seed, numRuns: 500 }
      )
    )
  }), 60_000)
