import { describe, expect, it } from "@effect/vitest"
import { Chunk, Context, Duration, Effect, Exit, Fiber, Layer, Option, Queue, Redacted, Schema, Scope } from "effect"
import { AppConfig, type Values } from "../../../src/AppConfig.ts"
import { Email } from "../../../src/domain/Email.ts"
import type { SmtpServer } from "../../../src/domain/SmtpServer.ts"
import { type Mail, messageIdOf } from "../../../src/platform/mail/Mail.ts"
import { Mailer } from "../../../src/platform/mail/Mailer.ts"
import { MailRejected, MailUnavailable } from "../../../src/platform/mail/MailFailures.ts"
import { isTransient } from "../../../src/policy/Transient.ts"
import * as Smtp from "../../support/SmtpServer.ts"

const mailerAt = (server: SmtpServer, settings: Partial<Values> = {}) =>
  Layer.build(Layer.provide(Mailer.layerSmtp(server), AppConfig.layerWith(settings))).pipe(
    Effect.map(Context.get(Mailer))
  )

const mail = (changes: Partial<Mail> = {}): Mail => ({
  to: Email.make("alice@example.com"),
  subject: "Bienvenue !",
  text: "Bienvenue !",
  jobId: 12,
  messageId: messageIdOf(12, "welcome", "example.org"),
  ...changes
})

const values = (headers: Smtp.Received["headers"] | undefined, name: string) =>
  headers?.filter(([one]) => one === name).map(([, value]) => value)

/** Returns the failure of a send as plain data. */
const failureOf = (send: Effect.Effect<void, MailRejected | MailUnavailable>) =>
  Effect.map(Effect.flip(send), (failure) => ({
    kind: failure._tag,
    code: failure.code,
    response: failure.response,
    reason: failure.reason,
    message: failure.message,
    transient: isTransient(failure)
  }))

/** Waits until the server reaches a stage. */
const arrival = (reached: Queue.Dequeue<Smtp.Stage>, stage: Smtp.Stage): Effect.Effect<void> =>
  Effect.flatMap(Queue.take(reached), (one) => one === stage ? Effect.void : arrival(reached, stage))

describe("a mail that is accepted", () => {
  it.scopedLive("arrives once, with its headers, from the configured sender; the next one uses the same connection", () =>
    Effect.gen(function*() {
      const { connections, received, server } = yield* Smtp.make()
      const mailFrom = { name: "Café ☕, « Barista »", address: "cafe@example.org", domain: "example.org" }
      const { send } = yield* mailerAt(server, { mailFrom })
      yield* send(mail())
      yield* send(mail({ to: Email.make("o'neil+x@mail.example.com"), messageId: messageIdOf(13, "welcome", "x.fr") }))
      expect(received.map(({ from, text, to }) => [from, to, text.trimEnd()])).toEqual([
        ["cafe@example.org", ["alice@example.com"], "Bienvenue !"],
        ["cafe@example.org", ["o'neil+x@mail.example.com"], "Bienvenue !"]
      ])
      const headers = received[0]?.headers
      expect(values(headers, "from")).toEqual(["Café ☕, « Barista » <cafe@example.org>"])
      expect(values(headers, "to")).toEqual(["alice@example.com"])
      expect(values(headers, "subject")).toEqual(["Bienvenue !"])
      expect(values(headers, "message-id")).toEqual(["<job-12.welcome@example.org>"])
      expect(values(headers, "auto-submitted")).toEqual(["auto-generated"])
      expect(connections()).toBe(1)
    }))

  it.scopedLive("uses at most the configured connections", () =>
    Effect.gen(function*() {
      const { connections, received, server } = yield* Smtp.make()
      const { send } = yield* mailerAt(server, { smtpConnections: 2 })
      yield* Effect.forEach(Array.from({ length: 9 }), () => send(mail()), { concurrency: "unbounded" })
      expect([received.length, connections()]).toEqual([9, 2])
    }))

  const texts: ReadonlyArray<readonly [string, string]> = [
    ["a dot alone on a line", "un\n.\ndeux\n..\n.trois"],
    [
      "a dialogue that would end the mail",
      "a\r\n.\r\nMAIL FROM:<eve@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n"
    ],
    ["a header at the start", "Bcc: eve@example.com\n\ntext"],
    ["an empty line first", "\n\nBcc: eve@example.com"],
    ["Unicode", "cœur ☕ 👩‍🚀 ½ = 50 %"],
    ["a line longer than SMTP allows", "é=".repeat(3000)],
    ["spaces at the ends of lines", " a \n b\t\n"],
    ["From at the start of a line", "From here\nFrom there"],
    ["controls", "bell \u0007, escape \u001b[31m"]
  ]
  it.scopedLive.each(texts)("keeps its text: %s", ([, text]) =>
    Effect.gen(function*() {
      const { received, server } = yield* Smtp.make()
      const { send } = yield* mailerAt(server)
      yield* send(mail({ text }))
      const lines = (written: string | undefined) => written?.replace(/\r?\n/g, "\n").replace(/\n$/, "")
      expect(received.map(({ to }) => to)).toEqual([["alice@example.com"]])
      expect(lines(received[0]?.text)).toBe(lines(text))
      expect(values(received[0]?.headers, "bcc")).toEqual([])
      expect(received[0]?.raw.split("\r\n").filter((line) => line.length > 998 || /[\r\n]/.test(line))).toEqual([])
    }))

  const subjects: ReadonlyArray<readonly [string, string]> = [
    ["Un café ☕ pour Chloé", "Un café ☕ pour Chloé"],
    ["long ☕ ".repeat(60).trim(), "long ☕ ".repeat(60).trim()],
    ["a\r\nBcc: eve@example.com", "a Bcc: eve@example.com"],
    ["a\rBcc: eve@example.com", "a Bcc: eve@example.com"],
    ["a\n\nBcc: eve@example.com", "a  Bcc: eve@example.com"],
    ["a\r\n.\r\nQUIT", "a . QUIT"]
  ]
  it.scopedLive.each(subjects)("keeps its subject in one header: %j", ([subject, arrived]) =>
    Effect.gen(function*() {
      const { received, server } = yield* Smtp.make()
      const { send } = yield* mailerAt(server)
      yield* send(mail({ subject }))
      expect(received.map(({ text, to }) => [to, text.trimEnd()])).toEqual([[["alice@example.com"], "Bienvenue !"]])
      const { headers } = received[0] ?? {}
      expect(values(headers, "subject")).toEqual([arrived])
      expect(headers?.map(([name]) => name).sort()).toEqual([
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to"
      ])
    }))
})

describe("a mail that is not accepted", () => {
  const replies: ReadonlyArray<readonly [Smtp.Stage, number, "MailRejected" | "MailUnavailable"]> = [
    ["connect", 421, "MailUnavailable"],
    ["connect", 554, "MailRejected"],
    ["rcpt", 451, "MailUnavailable"],
    ["rcpt", 550, "MailRejected"],
    ["rcpt", 503, "MailUnavailable"],
    ["data", 421, "MailUnavailable"],
    ["end", 452, "MailUnavailable"],
    ["end", 554, "MailRejected"]
  ]
  it.scopedLive.each(replies)(
    "at %s with %d is a %s, and is not retried",
    ([at, code, kind]) =>
      Effect.gen(function*() {
        const text = "no \u0007room\u2028here"
        const { connections, received, server } = yield* Smtp.make([{ at, does: { reply: [code, text] } }])
        const { send } = yield* mailerAt(server)
        const failure = yield* failureOf(send(mail()))
        expect(failure).toMatchObject({ kind, code, response: `${code} no room here` })
        expect(failure.message).toContain(`${code} no room here`)
        expect(failure.transient).toBe(kind === "MailUnavailable")
        expect([received.length, connections()]).toEqual([0, 1])
        yield* send(mail())
        expect(received.length).toBe(1)
      })
  )

  it.scopedLive("n times, then is", () =>
    Effect.gen(function*() {
      const busy: Smtp.Step = { at: "rcpt", does: { reply: [451, "4.3.0 later"] } }
      const { connections, received, server } = yield* Smtp.make([busy, busy, busy])
      const { send } = yield* mailerAt(server, { smtpConnections: 1 })
      const failures = yield* Effect.forEach([1, 2, 3], () => failureOf(send(mail())), { concurrency: 1 })
      expect(failures.map(({ code, kind }) => [kind, code])).toEqual([1, 2, 3].map(() => ["MailUnavailable", 451]))
      yield* send(mail())
      expect(received.length).toBe(1)
      // a refused mail does not cost the connection
      expect(connections()).toBe(1)
    }))

  it.scopedLive.each<Smtp.Stage>(["connect", "rcpt", "data", "end"])(
    "as the server closes at %s, may be resent",
    (at) =>
      Effect.gen(function*() {
        const { connections, received, server } = yield* Smtp.make([{ at, does: "close" }])
        const { send } = yield* mailerAt(server)
        const failure = yield* failureOf(send(mail()))
        expect(failure).toMatchObject({ kind: "MailUnavailable", transient: true, code: undefined })
        expect([received.length, connections()]).toEqual([0, 1])
        yield* send(mail())
        expect([received.length, connections()]).toEqual([1, 2])
      })
  )

  it.scopedLive("as the server closed a kept connection, may be resent", () =>
    Effect.gen(function*() {
      const { connections, received, server } = yield* Smtp.make([
        { at: "end", does: { reply: [550, "no"] } },
        { at: "rcpt", does: "close" }
      ])
      const { send } = yield* mailerAt(server, { smtpConnections: 1 })
      yield* failureOf(send(mail()))
      expect(yield* failureOf(send(mail()))).toMatchObject({ kind: "MailUnavailable", transient: true })
      expect([received.length, connections()]).toEqual([0, 1])
    }))

  it.scopedLive.each<Smtp.Stage>(["connect", "rcpt", "data", "end"])(
    "as the server falls silent at %s, is given up, with its connection",
    (at) =>
      Effect.gen(function*() {
        const { closed, server } = yield* Smtp.make([{ at, does: "hang" }])
        const { send } = yield* mailerAt(server, {
          smtpConnectTimeout: Duration.millis(at === "connect" ? 50 : 5000),
          smtpReplyTimeout: Duration.millis(at === "connect" ? 5000 : 50)
        })
        expect(yield* failureOf(send(mail()))).toMatchObject({
          kind: "MailUnavailable",
          transient: true,
          reason: at === "connect" ? "GREETING_TIMEOUT" : "SOCKET_TIMEOUT",
          code: undefined
        })
        yield* Queue.take(closed)
      })
  )

  it.scopedLive("as nobody listens, names that cause", () =>
    Effect.gen(function*() {
      const { server, stop } = yield* Smtp.make()
      yield* stop
      const { send } = yield* mailerAt(server)
      const failure = yield* failureOf(send(mail()))
      expect(failure).toMatchObject({ kind: "MailUnavailable", reason: "ECONNREFUSED" })
      expect(failure.message).toBe("the mail server is not available (ECONNREFUSED)")
    }))

  it.scopedLive("as the server's certificate is not trusted, is not sent", () =>
    Effect.gen(function*() {
      const { received, server } = yield* Smtp.make([], { tls: true })
      const { send } = yield* mailerAt(server)
      expect(yield* failureOf(send(mail()))).toMatchObject({
        kind: "MailUnavailable",
        reason: expect.stringMatching(/CERT/)
      })
      expect(received).toEqual([])
    }))

  it.scopedLive("as required encryption is not offered, is not sent", () =>
    Effect.gen(function*() {
      const { received, server } = yield* Smtp.make()
      const { send } = yield* mailerAt({ ...server, tls: "required" })
      expect(yield* failureOf(send(mail()))).toMatchObject({ kind: "MailRejected", reason: "ETLS" })
      expect(received).toEqual([])
    }))
})

describe("a login", () => {
  const login = { user: "barista", password: "s3cret p@ss" }

  it.scopedLive("lets mails through; without a valid one they are rejected, and no secret shows", () =>
    Effect.gen(function*() {
      const { received, server } = yield* Smtp.make([], { login })
      yield* Effect.flatMap(mailerAt(server), ({ send }) => send(mail()))
      expect(received.length).toBe(1)
      const without = yield* mailerAt({ ...server, login: Option.none() })
      expect(yield* failureOf(without.send(mail()))).toMatchObject({ kind: "MailRejected", code: 530 })
      const wrong = { user: "barista", password: Redacted.make("wr0ng-secret") }
      const refused = yield* mailerAt({ ...server, login: Option.some(wrong) })
      const failure = yield* Effect.flip(refused.send(mail()))
      expect(yield* failureOf(failure)).toMatchObject({
        kind: "MailRejected",
        code: 535,
        reason: "EAUTH",
        response: undefined
      })
      expect([String(failure), JSON.stringify(failure), failure.message].join()).not.toContain("wr0ng-secret")
      expect(received.length).toBe(1)
    }))
})

describe("an end from outside", () => {
  it.scopedLive.each<Smtp.Stage>(["connect", "rcpt", "data", "end"])(
    "an interruption at %s closes the mail's connection, and others go on",
    (at) =>
      Effect.gen(function*() {
        const { closed, connections, reached, received, server } = yield* Smtp.make([{ at, does: "hang" }])
        const { send } = yield* mailerAt(server, { smtpConnections: 1 })
        const sending = yield* Effect.fork(send(mail()))
        yield* arrival(reached, at)
        const waiting = yield* Effect.fork(send(mail({ text: "the next one" })))
        expect(Chunk.size(yield* Queue.takeAll(closed))).toBe(0)
        yield* Fiber.interrupt(sending)
        yield* Queue.take(closed)
        yield* Fiber.join(waiting)
        expect([received.map(({ text }) => text.trimEnd()), connections()]).toEqual([["the next one"], 2])
      })
  )

  it.scopedLive("a timeout closes the mail's connection", () =>
    Effect.gen(function*() {
      const { closed, server } = yield* Smtp.make([{ at: "end", does: "hang" }])
      const { send } = yield* mailerAt(server)
      expect(yield* Effect.flip(Effect.timeoutFail(send(mail()), { duration: "50 millis", onTimeout: () => "late" })))
        .toBe("late")
      yield* Queue.take(closed)
    }))

  it.scopedLive("an interruption of a mail that waits for a connection never sends it", () =>
    Effect.gen(function*() {
      const { reached, received, server } = yield* Smtp.make([{ at: "rcpt", does: "hang" }])
      const { send } = yield* mailerAt(server, { smtpConnections: 1 })
      const first = yield* Effect.fork(send(mail()))
      yield* arrival(reached, "rcpt")
      const second = yield* Effect.fork(send(mail({ text: "second" })))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(second)
      yield* Fiber.interrupt(first)
      yield* send(mail({ text: "third" }))
      expect(received.map(({ text }) => text.trimEnd())).toEqual(["third"])
    }))

  it.scopedLive("closing the scope closes idle and busy connections, and leaves no mail waiting", () =>
    Effect.gen(function*() {
      const { closed, connections, received, server } = yield* Smtp.make()
      const scope = yield* Scope.make()
      const { send } = yield* Scope.extend(mailerAt(server, { smtpConnections: 1 }), scope)
      yield* send(mail())
      yield* Scope.close(scope, Exit.void)
      yield* Queue.take(closed)
      expect([received.length, connections()]).toEqual([1, 1])
      expect(yield* failureOf(send(mail()))).toMatchObject({ kind: "MailUnavailable" })

      const hanging = yield* Smtp.make([{ at: "rcpt", does: "hang" }])
      const busy = yield* Scope.make()
      const mailer = yield* Scope.extend(mailerAt(hanging.server, { smtpConnections: 1 }), busy)
      const atWork = yield* Effect.fork(failureOf(mailer.send(mail())))
      yield* arrival(hanging.reached, "rcpt")
      const waiting = yield* Effect.fork(failureOf(mailer.send(mail())))
      yield* Effect.yieldNow()
      yield* Scope.close(busy, Exit.void)
      yield* Queue.take(hanging.closed)
      expect(yield* Fiber.join(atWork)).toMatchObject({ kind: "MailUnavailable" })
      expect(yield* Fiber.join(waiting)).toMatchObject({ kind: "MailUnavailable" })
    }))
})

describe("the failures", () => {
  it.effect("keep their transience through the encoding of an activity", () =>
    Effect.gen(function*() {
      const Failure = Schema.parseJson(Schema.Union(MailRejected, MailUnavailable))
      for (
        const failure of [
          new MailRejected({ code: 550, response: "550 no", reason: "EENVELOPE" }),
          new MailUnavailable({ reason: "ECONNREFUSED" })
        ]
      ) {
        const back = yield* Schema.decode(Failure)(yield* Schema.encode(Failure)(failure))
        expect(back).toEqual(failure)
        expect([back.message, isTransient(back)]).toEqual([failure.message, isTransient(failure)])
      }
    }))

  it.scopedLive("have at most 500 characters of the server's reply", () =>
    Effect.gen(function*() {
      const { server } = yield* Smtp.make([{ at: "rcpt", does: { reply: [550, "👩‍🚀".repeat(1000)] } }])
      const { send } = yield* mailerAt(server)
      const { response = "" } = yield* failureOf(send(mail()))
      expect([response.length > 300, response.length <= 500]).toEqual([true, true])
    }))

  it.scopedLive("have no code if the server's is invalid", () =>
    Effect.gen(function*() {
      const { server } = yield* Smtp.make([{ at: "rcpt", does: { reply: [1e20, "what?"] } }])
      const { send } = yield* mailerAt(server)
      expect(yield* failureOf(send(mail()))).toMatchObject({ kind: "MailUnavailable", code: undefined })
    }))
})
