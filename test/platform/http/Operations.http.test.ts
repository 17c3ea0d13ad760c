import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Hasty from "../../support/hasty.ts"
import { json } from "../../support/send.ts"
import { TestServer } from "../../support/TestServer.ts"

const live = { excludeTestServices: true } as const

const eventLoop = { blockedFor: expect.any(Number), missedHeartbeats: expect.any(Number) }
const tasks = ["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"]
const done = [0, 1, 2, 3, 4].map((task) => `Task ${task} done`)
const upstream = { url: expect.stringMatching(/^http:/) }

layer(Hasty.server, live)("every operation of the handbook answers, with and without its trailing slash", (it) => {
  const answers: ReadonlyArray<readonly [string, unknown]> = [
    ["/sync-slow", { message: "Traitement sync terminé", eventLoop }],
    ["/async-slow", { message: "Traitement async terminé" }],
    ["/sync-multiple", { results: tasks, duration: expect.any(String) }],
    ["/async-multiple", { results: tasks, duration: expect.any(String) }],
    ["/bad-external-calls", upstream],
    ["/good-external-calls", upstream],
    ["/parallel-external-calls", { results: [upstream, upstream, upstream], total_time: "~1 seconde au lieu de 3" }],
    ["/safe-parallel-calls", {
      results: [
        { url: expect.stringMatching(/\/delay\/1$/), status: "success", data: upstream },
        { url: expect.stringMatching(/\/status\/500$/), status: "error", data: expect.stringMatching(/500/) },
        { url: expect.stringMatching(/\/delay\/10$/), status: "success", data: upstream }
      ]
    }],
    ["/users", [{ id: 1 }, { id: 2 }, { id: 3 }]],
    ["/users/1/complete-profile", { user: { id: 1 }, posts: [{ id: 1 }, { id: 2 }], followers: 2 }],
    ["/accounts/1", { user_id: 1, balance: "100.00", balance_cents: 10_000 }],
    ["/accounts/1/entries", [{ kind: "deposit", counterpart: null }]],
    ["/uploads", []],
    ["/outbox", []],
    [
      "/policies",
      expect.arrayContaining([{
        name: "batch",
        policy: { concurrency: 3 },
        state: { permits: { limit: 3, held: 0, waiting: 0 } }
      }])
    ],
    ["/monitored-endpoint", { data: "some result" }],
    ["/measured", { message: "Measured operation" }],
    ["/good-async-usage", { response: upstream, users: 3 }],
    ["/error-handling", {
      successes: [0, 1, 3, 4].map((task) => ({ task, result: `Task ${task} completed` })),
      errors: [{ task: 2, error: "Task 2 failed" }],
      total_tasks: 5
    }],
    ["/perf-test-sync", { results: done, duration: expect.stringMatching(/^\d\.\d\ds$/), type: "synchronous" }],
    ["/perf-test-async", { results: done, duration: expect.stringMatching(/^\d\.\d\ds$/), type: "asynchronous" }],
    ["/health/live", { status: "ok" }],
    ["/health/ready", { status: "ok" }]
  ]
  for (const [path, body] of answers) {
    it.effect(`GET ${path}`, () =>
      Effect.gen(function*() {
        const { send } = yield* TestServer
        for (const asked of [path, `${path}/`]) {
          const answer = yield* send("GET", asked)
          expect([asked, answer.status]).toEqual([asked, 200])
          expect(JSON.parse(answer.text)).toMatchObject(body as object)
        }
        const head = yield* send("HEAD", path)
        expect([head.status, head.text]).toEqual([200, ""])
        const refused = yield* send("PATCH", path)
        expect([refused.status, refused.headers.allow]).toEqual([405, expect.stringContaining("GET")])
      }))
  }

  it.effect("exact sums are written as their digits, and the typed client gets them as bigint", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const client = yield* TestServer.client
      expect((yield* send("GET", "/bad-async-usage/")).text).toMatch(/^\{"result":333332833333500000,/)
      expect((yield* send("GET", "/cpu-intensive-async/?n=1000001")).text).toBe(`{"result":333333833333500000}`)
      const { result } = yield* client.compute.cpuIntensiveAsync({ urlParams: { n: 1_000_000 } })
      expect(result).toBe(333332833333500000n)
      for (
        const path of [
          "/bad-async-usage/?n=1000000001",
          "/cpu-intensive-async/?n=1000000001",
          "/cpu-intensive-async/?n=0"
        ]
      ) {
        expect([path, (yield* send("GET", path)).status]).toEqual([path, 422])
      }
    }))

  it.effect("a batch keeps its order; 301 items, or items that are no texts, are a 422", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const post = (items: unknown) =>
        send("POST", "/batch-process/", {
          headers: { "content-type": "application/json" },
          body: JSON.stringify(items)
        })
      const items = Array.from({ length: 20 }, (_, n) => `é${n}`)
      expect(json(yield* post(items))).toEqual({ results: items.map((item) => `Processed: ${item}`) })
      for (const wrong of [Array.from({ length: 301 }, () => "a"), [1, true], ["a", 2], {}, "a"]) {
        const answer = yield* post(wrong)
        expect(answer.status).toBe(422)
        expect(json(answer)["errors"]).toEqual(
          expect.arrayContaining([expect.objectContaining({ loc: expect.arrayContaining(["body"]) })])
        )
      }
    }))

  it.effect("texts are English on demand", () =>
    Effect.gen(function*() {
      const { send } = yield* TestServer
      const answer = yield* send("GET", "/async-multiple", { headers: { "accept-language": "en" } })
      expect(answer.headers["content-language"]).toBe("en")
      expect(json(answer)["results"]).toEqual(["Task 1 done", "Task 2 done", "Task 3 done"])
    }))

  it.effect("an upload comes back as it was sent, by the async and the sync route", () =>
    Effect.gen(function*() {
      const { dataDir, send } = yield* TestServer
      const fs = yield* FileSystem.FileSystem
      const boundary = "x-boundary"
      const content = "bonjour ☕\n"
      const body = [
        `--${boundary}`,
        `Content-Disposition: form-data; name="file"; filename="../../cœur ☕.txt"`,
        "Content-Type: text/plain",
        "",
        content,
        `--${boundary}--`,
        ""
      ].join("\r\n")
      for (const path of ["/upload-async/", "/upload-sync/"]) {
        const uploaded = yield* send("POST", path, {
          headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
          body
        })
        expect(json(uploaded)).toMatchObject({ filename: "../../cœur ☕.txt", size: Buffer.byteLength(content) })
        const download = yield* send("GET", String(json(uploaded)["url"]))
        expect([download.status, download.text]).toEqual([200, content])
        expect(download.headers["content-disposition"]).toMatch(/^attachment;.*filename\*=UTF-8''/)
        const part = yield* send("GET", String(json(uploaded)["url"]), { headers: { range: "bytes=0-3" } })
        expect([part.status, part.text]).toEqual([206, "bonj"])
        expect((yield* send("DELETE", String(json(uploaded)["url"]))).status).toBe(204)
      }
      expect((yield* fs.readDirectory(dataDir)).filter((name) => name.includes("cœur"))).toEqual([])
    }).pipe(Effect.provide(NodeContext.layer)))
})
