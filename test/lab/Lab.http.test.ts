import { expect, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { catalogue } from "../../src/lab/Catalogue.ts"
import { json } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"
import { turn } from "../support/turn.ts"

const live = { excludeTestServices: true } as const

const asked = { chapter: "parallel", way: "right", knobs: { tasks: 2, latency: 10 } }

const body = (value: unknown) => ({
  headers: { "content-type": "application/json", "accept-language": "en" },
  body: JSON.stringify(value)
})

const Started = Schema.Struct({ id: Schema.String, timeline: Schema.String })

layer(TestServer.layer(), live)("/experiments", (it) => {
  it.effect("lists the chapters in the language of the request, with headings and files that exist", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const chapters = yield* client.lab.chapters()
      expect(chapters.map(({ name }) => name)).toEqual(catalogue.map(({ name }) => name))
      const handbook = readFileSync(resolve(import.meta.dirname, "../../src/handbook.md"), "utf8")
      for (const { section, source } of chapters) {
        expect(handbook.split("\n").map((line) => line.replaceAll(/^#+ |\*\*/g, ""))).toContain(section)
        expect(readFileSync(resolve(import.meta.dirname, "../..", source), "utf8")).not.toBe("")
      }
      const english = yield* send("GET", "/experiments", { headers: { "accept-language": "en" } })
      expect(json(english)).toContainEqual(expect.objectContaining({
        name: "parallel",
        title: "Calls in sequence, or in parallel",
        ways: {
          wrong: "Each call waits for the answer before",
          right: "All calls are in flight at once"
        },
        predictable: true,
        knobs: [
          { name: "tasks", title: "Tasks", unit: "", minimum: 1, maximum: 20, default: 5 },
          { name: "latency", title: "Latency", unit: "ms", minimum: 10, maximum: 1000, default: 200 }
        ]
      }))
    }))

  it.effect("starts one, and tells its figures while it runs and after", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      const answer = yield* send("POST", "/experiments", body(asked))
      const { id, timeline } = yield* Schema.decodeUnknown(Started)(json(answer))
      expect([answer.status, answer.headers["location"], timeline]).toEqual([
        202,
        `/experiments/${id}`,
        `/timelines/${id}`
      ])
      const ended = yield* Effect.repeat(Effect.zipLeft(client.lab.get({ path: { id } }), turn), {
        until: ({ state }) => state === "ended"
      })
      expect(ended).toMatchObject({
        id,
        chapter: "parallel",
        way: "right",
        knobs: { tasks: 2, latency: 10 },
        outcome: "success",
        failure: null,
        figures: {
          concurrency: 2,
          upstream: { calls: 2, most_at_once: 2 },
          tasks: { asked: 2, succeeded: 2, failed: 0 }
        }
      })
    }))

  it.effect("predicts one without running it, where its work depends on the clock alone", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const predicted = yield* send("POST", "/experiments/predictions", body(asked))
      expect([predicted.status, json(predicted)]).toMatchObject([200, {
        version: "barista.timeline/1",
        name: "parallel, right",
        clock: "virtual",
        duration_ns: 10_000_000,
        outcome: "success"
      }])
      const refused = yield* send("POST", "/experiments/predictions", body({ chapter: "cpu", way: "right" }))
      expect([refused.status, json(refused)["_tag"], json(refused)["detail"]]).toEqual([
        422,
        "NotPredictable",
        "This experiment depends on threads or a disk, whose time no model tells beforehand."
      ])
    }))

  it.effect("refuses what it cannot run, naming the place", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const issues = (value: unknown) =>
        Effect.map(send("POST", "/experiments", body(value)), (answer) => [answer.status, json(answer)["detail"]])
      expect(yield* issues({ ...asked, chapter: "x" })).toEqual([422, expect.stringMatching(/^body\.chapter: must be/)])
      expect(yield* issues({ ...asked, knobs: { tasks: 99 } })).toEqual([
        422,
        "body.knobs.tasks: must be a whole number from 1 to 20"
      ])
      expect(yield* issues({ ...asked, knobs: 5 })).toEqual([422, "body.knobs: must be an object"])
      expect(yield* issues({ ...asked, knobs: { task: 1 } })).toEqual([
        422,
        expect.stringMatching(/^body\.knobs\.task:/)
      ])
      const backoff = { kind: "exponential", base: "1 millis", factor: 0 }
      const policy = { timeout: "-1 s", attemptTimeout: "0 millis", retry: { attempts: 99, backoff }, concurrency: 0 }
      expect(yield* issues({ chapter: "retry", way: "right", knobs: { policy } })).toEqual([
        422,
        [
          "timeout: must be a duration in words, in whole milliseconds up to 24 hours, such as \"5 seconds\" or \"200 millis\"",
          "attemptTimeout: must be longer than 0",
          "retry.attempts: must be a whole number from 1 to 20",
          "retry.backoff.factor: must be a number from 1 to 10",
          "concurrency: must be a whole number from 1 to 10000"
        ].map((issue) => `body.knobs.policy.${issue}`).join("; ")
      ])
    }))

  it.effect("interrupts a fiber, and stops all of one", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const started = yield* send("POST", "/experiments", body({ chapter: "blocking", way: "right", knobs: {} }))
      const { id } = yield* Schema.decodeUnknown(Started)(json(started))
      const missing = yield* send("POST", `/experiments/${id}/interruptions`, body({ fiber: 2_000_000_000 }))
      expect([missing.status, json(missing)["_tag"]]).toEqual([404, "FiberNotFound"])
      const stopped = yield* send("DELETE", `/experiments/${id}`)
      expect([stopped.status, json(stopped)["id"]]).toEqual([202, id])
      const upper = yield* send("GET", `/experiments/${"A".repeat(32)}`, { headers: { "accept-language": "en" } })
      expect([upper.status, json(upper)["detail"]]).toEqual([
        422,
        "path.id: must be 32 hexadecimal digits in lower case"
      ])
      const unknown = yield* send("GET", `/experiments/${"0".repeat(32)}`)
      expect([unknown.status, json(unknown)["_tag"]]).toEqual([404, "ExperimentNotFound"])
    }))
})
