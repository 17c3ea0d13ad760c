import { describe, expect, it } from "@effect/vitest"
import { Array as Arr, Effect, Predicate, Schema, SchemaAST } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { type Description, Overloaded, PayloadTooLarge, type Problem } from "../../src/domain/Problem.ts"
import { Named, type Term, term } from "../../src/domain/Term.ts"
import { fieldsTooLarge } from "../../src/platform/files/FormRules.ts"
import { render } from "../../src/platform/http/exchange/ProblemResponse.ts"
import { MalformedRequest } from "../../src/platform/http/rules/WireProblems.ts"
import { JobId } from "../../src/platform/jobs/Job.ts"
import { JobStateConflict } from "../../src/platform/jobs/record/JobProblems.ts"
import { UpstreamFailed } from "../../src/platform/upstream/UpstreamFailed.ts"
import { UpgradeRequired } from "../../src/platform/websocket/UpgradeRequired.ts"

const source = new URL("../../src/", import.meta.url)
const sources = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, written: readFileSync(new URL(name, source), "utf8") }))

/** The two texts of a term as written; of a template, the parts between its values. */
const written = /\bterm\(\s*(["`])((?:(?!\1)[^\\]|\\.)*)\1,\s*(["`])((?:(?!\3)[^\\]|\\.)*)\3/g
const terms = sources.flatMap(({ written: code }) =>
  [...code.matchAll(written)].map(([, , fr = "", , en = ""]) => term(fr, en))
).map(({ en, fr }) => term(fr.replace(/\$\{.*?\}/g, "x"), en.replace(/\$\{.*?\}/g, "x")))

const wordsOf = (said: string) => said.toLowerCase().match(/\p{L}{3,}/gu) ?? []

/** Words that French has too, or that HTTP gave both languages. */
const shared = new Set([
  "client",
  "chunks",
  "connection",
  "extensions",
  "http",
  "sec",
  "simulation",
  "websocket",
  "websockets",
  "threads",
  "test",
  "upgrade",
  "version"
])

/** English words of the terms, and of the fields that sentences show. */
const english = new Set(
  [...terms.flatMap(({ en }) => wordsOf(en)), "bytes", "lines", "exceeds", "server", "job", "upload", "file"]
    .filter((word) => !shared.has(word))
)

const englishIn = (said: string) => wordsOf(said).filter((word) => english.has(word))

interface Class {
  readonly tag: string
  readonly ast: SchemaAST.AST
  readonly fields: Readonly<Record<string, unknown>>
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => Predicate.isRecord(value)

const isProblem = (value: unknown): value is Problem =>
  Predicate.hasProperty(value, "problem") && Predicate.hasProperty(value, "_tag")

const classes = Effect.forEach(
  sources.filter(({ written: code }) => /(?:Problem\.|extends )define</.test(code)),
  ({ name }) =>
    Effect.map(
      Effect.promise((): Promise<Readonly<Record<string, unknown>>> => import(new URL(name, source).href)),
      (module) =>
        Object.entries(module).flatMap(([tag, value]): ReadonlyArray<Class> =>
          Predicate.isFunction(value) && Predicate.hasProperty(value.prototype, "problem") && Schema.isSchema(value) &&
            "fields" in value && isFields(value.fields)
            ? [{ tag, ast: value.ast, fields: value.fields }]
            : []
        )
    ),
  { concurrency: 1 }
).pipe(Effect.map(Arr.flatten))

/** Makes values that represent a type: each of its literals, a marked text, a number. */
const samples = (ast: SchemaAST.AST, name: string): ReadonlyArray<unknown> => {
  switch (ast._tag) {
    case "Literal":
      return [ast.literal]
    case "Union":
      return ast.types.flatMap((one) => samples(one, name))
    case "StringKeyword":
      return [`⟦${name}⟧`]
    case "NumberKeyword":
      return [7]
    case "Refinement":
      return samples(ast.from, name)
    case "TupleType":
      return [ast.rest.flatMap(({ type }) => samples(type, name).slice(0, 1))]
    case "TypeLiteral":
      return [Object.fromEntries(
        ast.propertySignatures.map(({ name: key, type }) => [key, samples(type, `${name}.${String(key)}`)[0]])
      )]
    default:
      return [undefined]
  }
}

/** Makes failures of a class; each varies one field through all its values. */
const failuresOf = ({ ast, tag }: Class): ReadonlyArray<Description> => {
  const encoded = SchemaAST.encodedAST(ast)
  const properties = SchemaAST.isTypeLiteral(encoded) ? encoded.propertySignatures : []
  const own = properties.map(({ name, type }) => [String(name), samples(type, `${tag}.${String(name)}`)] as const)
  const first = Object.fromEntries(own.map(([name, values]) => [name, values[0]]))
  const decode = Schema.decodeUnknownSync(Schema.make<unknown, unknown, never>(ast))
  return own.flatMap(([name, values]) => values.map((value) => decode({ ...first, [name]: value })))
    .map((failure) => isProblem(failure) ? failure.problem : expect.fail(`${tag} says nothing of itself`))
}

const shown = (failures: ReadonlyArray<Description>) =>
  failures.flatMap(({ detail }) => [...detail.fr.matchAll(/⟦(.*?)⟧/g)].map(([, name = ""]) => name))

/**
 * Fields shown unchanged: values of clients, standards, the operating system and requests, and texts already in the
 * right language.
 */
const given = new Set([
  "AttemptsFailed.attempts.error",
  "EmailTaken.email",
  "ExpectationFailed.received",
  "ExperimentNotFound.id",
  "HostRefused.host",
  "IdempotencyKeyInProgress.key",
  "IdempotencyKeyReused.key",
  "InvalidInput.errors.loc",
  "InvalidInput.errors.msg",
  "LessonNotFound.name",
  "MethodNotAllowed.allow",
  "MethodNotAllowed.method",
  "MethodNotImplemented.method",
  "OperationTooSlow.timeout",
  "OriginRefused.origin",
  "PreconditionFailed.etag",
  "RouteNotFound.path",
  "TimedOut.what",
  "TimelineNotFound.id",
  "TimelineNotReplayable.reason.fr",
  "TransferCodingNotImplemented.received",
  "UnsupportedMediaType.expected",
  "UnsupportedMediaType.received",
  "UploadNotInFlight.in_flight",
  "UpstreamFailed.code",
  "UpstreamFailed.url"
])

const named: Readonly<Record<string, (what: Term) => Problem>> = {
  JobStateConflict: (what) => new JobStateConflict({ id: JobId.make(7), state: what, expected: what }),
  MalformedRequest: (reason) => new MalformedRequest({ reason }),
  Overloaded: (what) => new Overloaded({ what, retry_after: 1 }),
  PayloadTooLarge: (what) => new PayloadTooLarge({ what, limit: 1 }),
  UpgradeRequired: (reason) => new UpgradeRequired({ reason })
}

describe("A failure in French", () => {
  it.effect("shows unchanged only text that others have written", () =>
    Effect.gen(function*() {
      const all = yield* classes
      expect(all.length).toBeGreaterThan(35)
      const found = all.flatMap((one) =>
        shown(failuresOf(one)).filter((name) => one.fields[name.split(".")[1] ?? ""] !== Named)
      )
      expect(new Set(found)).toEqual(given)
    }))

  it.effect("has no English word, whatever its fields", () =>
    Effect.gen(function*() {
      for (const one of yield* classes) {
        for (const { detail, title } of failuresOf(one)) {
          const said = `${title.fr} ${detail.fr}`.replace(/⟦.*?⟧/g, "")
          expect([one.tag, said, englishIn(said)]).toEqual([one.tag, said, []])
        }
      }
    }))

  it.effect("shows each term in French, and keeps its name for programs", () =>
    Effect.gen(function*() {
      const all = yield* classes
      const withTerms = all.filter(({ fields }) => Object.values(fields).includes(Named)).map(({ tag }) => tag)
      expect(withTerms.toSorted()).toEqual(Object.keys(named))
      expect(terms.length).toBeGreaterThan(25)
      for (const [tag, fail] of Object.entries(named)) {
        for (const one of terms) {
          const { detail } = fail(one).problem
          expect([tag, detail.fr, englishIn(detail.fr)]).toEqual([tag, detail.fr, []])
          expect([detail.fr, detail.en]).toEqual([expect.stringContaining(one.fr), expect.stringContaining(one.en)])
        }
      }
    }))

  it("names the request that timed out", () => {
    const whats = sources.flatMap(({ written: code }) =>
      [...code.matchAll(/new TimedOut\(\{ what: (.*?),/g)].map(([, what]) => what)
    )
    expect(whats.length).toBeGreaterThan(3)
    for (const what of whats) expect(what).toMatch(/^["`](GET|POST) [/$]/)
  })

  it("describes an unusable answer of the upstream", () => {
    const url = new URL("http://upstream.invalid/")
    const failures = [
      ...(["not-json", "too-large", "bad-coding"] as const).map((code) => UpstreamFailed.body(url, code)),
      ...["unknown", "unreachable"].map((code) => UpstreamFailed.connection(url, code))
    ]
    for (const { code, problem } of failures) {
      expect(problem.detail.fr).not.toContain(`(${code})`)
      expect(problem.detail.fr).not.toMatch(/json\)$|large|coding|unknown|unreachable/)
    }
    expect(UpstreamFailed.connection(url, "ECONNREFUSED").problem.detail.fr).toContain("(ECONNREFUSED)")
  })

  it("says that the limit on text fields bounds all together, and names the last one", () => {
    const failure = fieldsTooLarge("n")
    expect(failure.problem.detail).toEqual({
      fr:
        "Limite dépassée : tous les champs de texte ensemble, en-têtes compris (atteinte au champ \"n\"), au plus 65536 octets.",
      en:
        "Limit exceeded: all text fields together, headers included (reached at the field \"n\"), at most 65536 bytes."
    })
    const { body } = render(failure, { language: "fr", path: "/", traceId: "" })
    const document = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
    expect(JSON.parse(document)).toMatchObject({ what: "n", limit: 65_536 })
  })
})
