import { HttpServerResponse } from "@effect/platform"
import { expect, it } from "@effect/vitest"
import { Context, Effect, Exit } from "effect"
import type { Problem } from "../../../../src/domain/Problem.ts"
import * as RequestRunner from "../../../../src/platform/http/compiled/RequestRunner.ts"
import type { App, Work } from "../../../../src/platform/http/exchange/App.ts"
import { Lifecycle } from "../../../../src/platform/lifecycle/Lifecycle.ts"
import { TimeSlicedScheduler } from "../../../../src/platform/scheduler/TimeSlicedScheduler.ts"
import { connect } from "../../../support/connect.ts"
import { logLines } from "../../../support/logLines.ts"
import { listen } from "../../../support/loopback.ts"

// The runner's own promises to an application. Connections.http.test.ts tests those that both adapters keep.

const text = (body: string) => HttpServerResponse.text(body)
const failed = HttpServerResponse.empty({ status: 599 })

/** Makes work of an effect; a failure answers 599. */
const work = (effect: Effect.Effect<HttpServerResponse.HttpServerResponse, Problem>): Work => ({
  effect: () => effect,
  context: Context.empty(),
  answer: Exit.getOrElse(() => failed),
  abandoned: () => undefined
})

const throws = () => {
  throw new Error("thrown")
}

/** Runs an application on a server of its own, and connects to it. */
const run = Effect.fnUntraced(function*(app: App) {
  yield* (yield* Lifecycle).enter("ready")
  const { port, server } = yield* listen()
  yield* RequestRunner.serve(server, app)
  const connection = yield* connect(port)
  const ask = (...paths: ReadonlyArray<string>) =>
    connection.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""))
  return { ...connection, ask }
})

it.scopedLive("the answers of one turn of the event loop are written together at its end", () =>
  Effect.gen(function*() {
    const events: Array<string> = []
    const { ask, until } = yield* run(({ url }) => ({
      ...work(Effect.sync(() => {
        events.push(`found ${url}`)
        return text(url)
      })),
      answer: (exit) => {
        events.push(`written ${url}`)
        return Exit.getOrElse(exit, () => failed)
      }
    }))
    ask("/a", "/b")
    yield* until("/b")
    expect(events).toEqual(["found /a", "found /b", "written /a", "written /b"])
  }).pipe(Effect.provide(Lifecycle.layer)))

it.scopedLive("a burst of requests is processed in slices, one each turn of the event loop", () =>
  Effect.gen(function*() {
    let [now, turns] = [0, 0]
    const foundIn: Array<number> = []
    const { ask, until } = yield* run(({ url }) =>
      work(Effect.sync(() => {
        now += 1
        foundIn.push(turns)
        return text(url)
      }))
    ).pipe(Effect.withScheduler(new TimeSlicedScheduler(() => now)))
    const countTurns = () => {
      turns++
      if (foundIn.length < 6) setImmediate(countTurns)
    }
    countTurns()
    ask("/1", "/2", "/3", "/4", "/5", "/last")
    yield* until("/last")
    const [first = 0] = foundIn
    expect(foundIn.map((found) => found - first)).toEqual([0, 0, 1, 1, 2, 2])
  }).pipe(Effect.provide(Lifecycle.layer)))

it.scopedLive("an application that throws, before its fiber or after it, is a 500 and logged", () =>
  Effect.gen(function*() {
    const { layer, texts } = yield* logLines
    const app: App = ({ url }) =>
      url === "/before" ? throws() : { ...work(Effect.succeed(text("never"))), answer: throws }
    const { ask, until } = yield* Effect.provide(run(app), layer)
    for (const path of ["/before", "/after"]) {
      ask(path)
      expect(yield* until("}")).toMatch(/^HTTP\/1.1 500 [^]*application\/problem\+json/)
    }
    const logged = expect.stringMatching(/^unexpected failure[^]*thrown/)
    expect(texts()).toEqual([logged, logged])
  }).pipe(Effect.provide(Lifecycle.layer)))

it.scopedLive("an effect whose construction throws counts as failed", () =>
  Effect.gen(function*() {
    const { ask, until } = yield* run(() => ({ ...work(Effect.never), effect: throws }))
    ask("/")
    expect(yield* until("\r\n\r\n")).toMatch(/^HTTP\/1.1 599 /)
  }).pipe(Effect.provide(Lifecycle.layer)))
