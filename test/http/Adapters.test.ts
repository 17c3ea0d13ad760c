import { expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Either, FastCheck, Layer, Option, Runtime } from "effect"
import type { Values } from "../../src/AppConfig.ts"
import { hastyUpstream } from "../support/hastyUpstream.ts"
import { type Answer, TestServer } from "../support/TestServer.ts"
import { requests, type Written } from "./requests.ts"

const quick = Duration.millis(1)

const settings = {
  slowDuration: quick,
  taskDuration: quick,
  comparisonTaskDuration: quick,
  riskyTaskDuration: quick,
  monitoredDuration: quick,
  measuredDuration: quick,
  batchItemDuration: quick
}

/** What differs between any two answers: ids of traces, moments, and what was measured. */
const unique: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b[0-9a-f]{32}\b(?!\w)/g, "<trace>"],
  [/\b[0-9a-f]{16}\b(?!\w)/g, "<span>"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<moment>"],
  [/"(blockedFor|missedHeartbeats)":[\d.]+/g, "\"$1\":<measured>"],
  [/"\d+\.\d\ds"/g, "<duration>"]
]

const withoutUnique = (text: string) => unique.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), text)

/** Of a stream, its events in any order: items of a batch finish together. */
const bodyOf = ({ headers, text }: Answer) =>
  headers["content-type"] === "text/event-stream" ? withoutUnique(text).split("\n\n").sort() : withoutUnique(text)

/** An answer as it must be the same; a length is right, or it is that of a body which is not there (HEAD). */
const comparable = (answer: Answer) => {
  const { "content-length": length, date: _, ...headers } = answer.headers
  return {
    status: answer.status,
    headers,
    length: length === String(Buffer.byteLength(answer.text)) ? "right" : length,
    body: bodyOf(answer)
  }
}

const describeRequest = ({ body, headers, method, path }: Written) =>
  `${method} ${path}\n${JSON.stringify(headers)}\n${body.slice(0, 200).toString()}`

const server = (httpAdapter: Values["httpAdapter"], upstreamUrl: URL) =>
  Effect.map(
    Layer.build(TestServer.layer({ ...settings, httpAdapter, upstreamUrl: Option.some(upstreamUrl) })),
    Context.get(TestServer)
  )

/** Printed, with the counterexample, where the adapters differ; the same every time. */
const seed = 4_097

it.scopedLive("both adapters give one answer to any request, valid or not", () =>
  Effect.gen(function*() {
    const { url } = yield* hastyUpstream
    const compiled = yield* server("compiled", url)
    const stock = yield* server("platform", url)
    const runtime = yield* Effect.runtime<never>()
    const ask = ({ send }: TestServer["Type"], { body, headers, method, path }: Written) =>
      Effect.map(Effect.either(send(method, path, { headers, body })), Either.map(comparable))

    yield* Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(requests, (written) =>
          Runtime.runPromise(runtime)(Effect.gen(function*() {
            const answers = yield* Effect.all([ask(compiled, written), ask(stock, written)], { concurrency: 2 })
            expect(answers[1], describeRequest(written)).toEqual(answers[0])
          }))),
        { seed, numRuns: 400 }
      )
    )
  }))
