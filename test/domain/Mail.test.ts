import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc, Option, Redacted, Schema } from "effect"
import { Email, parseSender } from "../../src/domain/Email.ts"
import { parseSmtpUrl } from "../../src/domain/SmtpServer.ts"
import { messageIdOf } from "../../src/platform/mail/Mail.ts"
import { anyCharacter } from "../support/anyCharacter.ts"

describe("an e-mail address", () => {
  const address = Schema.decodeUnknownEither(Email)

  it("contains nothing that could end a header or an SMTP command", () => {
    const good = ["a@x.fr", "o'neil+tag@mail.example.com", `${"a".repeat(249)}@x.fr`]
    expect(good.map((one) => Either.getOrNull(address(one)))).toEqual(good)
    const bad = [
      "a@x.fr\r\nBcc: b@y.fr",
      "a@x.fr\nRCPT TO:<b@y.fr>",
      "a@x.fr\rb@y.fr",
      "a\u0000@x.fr",
      "a@x.fr>, <b@y.fr",
      "a@x.fr, b@y.fr",
      "a@x.fr;b@y.fr",
      "Ann <a@x.fr>",
      "\"a b\"@x.fr",
      "a(b)@x.fr",
      "a@x.fr\u0085",
      "a@[127.0.0.1]",
      "é@x.fr",
      "a@é.fr",
      "a@x",
      `${"a".repeat(250)}@x.fr`
    ]
    expect(bad.filter((one) => Either.isRight(address(one)))).toEqual([])
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (before, after) => {
      const decoded = address(`${before}a@x.fr${after}`)
      expect(Either.isLeft(decoded) || /^[!-~]+$/.test(decoded.right)).toBe(true)
    }))
  })
})

describe("a sender", () => {
  it("is an address, alone or with a name", () => {
    expect(parseSender("Barista <barista@localhost>")).toEqual({
      name: "Barista",
      address: "barista@localhost",
      domain: "localhost"
    })
    expect(parseSender("\"Café, ☕\" <cafe@example.com>")).toMatchObject({ name: "Café, ☕", domain: "example.com" })
    expect(parseSender("<a@b.c>")).toMatchObject({ name: "", address: "a@b.c" })
    expect(parseSender("a@b.c")).toMatchObject({ name: "", address: "a@b.c" })
    const bad = [
      "",
      "Barista",
      "Barista <>",
      "a@b.c>",
      "<a@b.c",
      "A <a@b.c> B",
      "A\r\nBcc: x <a@b.c>",
      "a@b c",
      "a@b@c"
    ]
    expect(bad.filter((one) => parseSender(one) !== undefined)).toEqual([])
  })
})

describe("a mail server's URL", () => {
  it("says host, port, encryption and login", () => {
    expect(parseSmtpUrl("smtp://localhost:2525")).toEqual({
      host: "localhost",
      port: 2525,
      tls: "offered",
      login: Option.none()
    })
    expect(parseSmtpUrl("smtps://mail.example.com/")).toMatchObject({ port: 465, tls: "implicit" })
    expect(parseSmtpUrl("smtp://[::1]")).toMatchObject({ host: "::1", port: 587, tls: "offered" })
    const login = parseSmtpUrl("smtps://me%40example.com:p%3A%2F%20ss@mail.example.com")?.login
    expect(Option.map(login ?? Option.none(), ({ password, user }) => [user, Redacted.value(password)])).toEqual(
      Option.some(["me@example.com", "p:/ ss"])
    )
    expect(JSON.stringify(login)).not.toContain("p:/")
  })

  it("sends a secret over a network only encrypted", () => {
    expect(parseSmtpUrl("smtp://me:secret@mail.example.com")?.tls).toBe("required")
    expect(parseSmtpUrl("smtp://me:secret@127.0.0.1:25")?.tls).toBe("offered")
    expect(parseSmtpUrl("smtp://mail.example.com")?.tls).toBe("offered")
  })

  it("is refused if it has half of the credentials, or further parts", () => {
    const bad = [
      "",
      "localhost:25",
      "http://localhost",
      "smtp://",
      "smtp://:25",
      "smtp://localhost:0",
      "smtp://localhost:99999",
      "smtp://me@localhost",
      "smtp://:secret@localhost",
      "smtp://%zz:secret@localhost",
      "smtp://localhost/path",
      "smtps://localhost?tls.rejectUnauthorized=false",
      "smtp://localhost/#x",
      "smtp://a%0d%0ab"
    ]
    expect(bad.filter((one) => parseSmtpUrl(one) !== undefined)).toEqual([])
  })
})

describe("a Message-Id", () => {
  it("follows RFC 5322, and differs for every job and purpose", () => {
    expect(messageIdOf(12, "welcome", "example.com")).toBe("<job-12.welcome@example.com>")
    const purpose = fc.string({ minLength: 1, unit: anyCharacter })
    const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    fc.assert(fc.property(fc.nat(), purpose, fc.nat(), purpose, (job, one, otherJob, other) => {
      const id = messageIdOf(job, one, "example.com")
      expect(id).toMatch(new RegExp(`^<${atom}(\\.${atom})*@example\\.com>$`))
      expect(messageIdOf(otherJob, other, "example.com") === id).toBe(job === otherJob && one === other)
    }))
    expect(messageIdOf(1, "é0", "x")).not.toBe(messageIdOf(1, "\u0e90", "x"))
  })
})
