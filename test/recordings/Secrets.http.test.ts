import { expect, it } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import { connect } from "../support/connect.ts"
import { askAll, operations } from "../support/everyOperation.ts"
import * as Hasty from "../support/hasty.ts"
import * as LoopbackServer from "../support/LoopbackServer.ts"
import * as SmtpServer from "../support/SmtpServer.ts"
import { TestServer } from "../support/TestServer.ts"

/** In every secret; no part of a hexadecimal id, nor of our own texts. */
const mark = "zq7secret"

const secret = (place: string) => `${mark}-${place}`

/** The secret as it is, and in forms in which a text may hide it. */
const forms = [mark, btoa(mark).slice(0, -1), Buffer.from(mark).toString("hex")].map((form) => form.toLowerCase())

/** The parts of a text around each secret, in any case. */
const leaks = (text: string): ReadonlyArray<string> => {
  const lower = text.toLowerCase()
  // a pattern with the text around would be tried at each character of megabytes
  return forms.filter((form) => lower.includes(form)).flatMap((form) =>
    [...lower.matchAll(new RegExp(`.{0,60}${form}.{0,30}`, "g"))].map(([part]) => part)
  )
}

const accept = (type: string) => ({ headers: { accept: type, authorization: `Bearer ${secret("token")}` } })

it.scopedLive("no form of any recording has a secret of a caller or of the server", () =>
  Effect.gen(function*() {
    const exported: Array<string> = []
    const otlp = yield* LoopbackServer.make((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => void exported.push(text))
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    })
    const login = { user: secret("smtp"), password: secret("pw") }
    const mail = yield* SmtpServer.make([{ at: "rcpt", does: { reply: [550, secret("reply")] } }], { login })
    const server = Hasty.serverWith({
      apiTokens: Option.some([Redacted.make(secret("token"))]),
      smtpUrl: Option.some(mail.server),
      otlpUrl: Option.some(otlp.url),
      otlpInterval: Duration.millis(10),
      timelineBudget: 1_000_000,
      labExperiments: 4,
      mailDuration: Duration.millis(1),
      profileDuration: Duration.millis(1),
      mailingListDuration: Duration.millis(1)
    }).pipe(Hasty.withPolicies(Hasty.retry))
    yield* Effect.gen(function*() {
      const { port, recorder, send } = yield* TestServer
      const list = yield* connect(port)
      list.write(
        `GET /timelines HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: Bearer ${
          secret("token")
        }\r\nconnection: close\r\n\r\n`
      )
      yield* list.until("retry: ")
      const asked = yield* askAll(secret)
      expect(operations.filter((operation) => !asked.has(operation))).toEqual([])
      const recordings = recorder.list({})
      expect(recordings.length).toBeGreaterThan(operations.length)
      expect(recordings.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["request", "job", "experiment"]))
      const found: Array<readonly [name: string, form: string, leaks: ReadonlyArray<string>]> = []
      const look = (name: string, form: string, text: string) => {
        const parts = leaks(text)
        if (parts.length > 0) found.push([name, form, parts])
      }
      for (const { id, name } of recordings) {
        for (const form of ["json", "svg", "chrome", "test"]) {
          const answer = yield* send("GET", `/timelines/${id}?as=${form}`, accept("*/*"))
          expect([name, form, [200, 409].includes(answer.status)]).toEqual([name, form, true])
          look(name, form, answer.text)
        }
        if (recorder.list({ outcome: "running" }).some((running) => running.id === id)) continue
        look(name, "events", (yield* send("GET", `/timelines/${id}`, accept("text/event-stream"))).text)
      }
      look("list", "json", (yield* send("GET", "/timelines?limit=1000", accept("application/json"))).text)
      look("list", "events", yield* list.until(`"name":"recordings.get"`))
      yield* Effect.repeat(Effect.sleep("10 millis"), {
        until: () => exported.join("").includes("recordings.get")
      })
      look("export", "OTLP", exported.join(""))
      expect(found).toEqual([])
    }).pipe(Effect.provide(server))
  }), 120_000)
