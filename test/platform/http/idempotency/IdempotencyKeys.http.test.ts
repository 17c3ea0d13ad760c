import { describe, expect, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Exit, FastCheck as fc, Fiber, Logger, TestClock } from "effect"
import { Overloaded, type Problem, TimedOut } from "../../../../src/domain/Problem.ts"
import { term } from "../../../../src/domain/Term.ts"
import { IdempotencyKeys } from "../../../../src/platform/http/idempotency/IdempotencyKeys.ts"
import { Database } from "../../../../src/platform/sql/Database.ts"
import { numRuns, onDialect } from "../../../support/dialect.ts"
import { untilBlocked } from "../../../support/postgres.ts"
import { type Answer, Busy, Notes, Refused } from "./notes.ts"

const replayed = ({ headers }: Answer) => headers.get("idempotency-replayed")
const json = ({ body }: Answer): Record<string, unknown> => JSON.parse(body)

/** Removes the mark of a replay from an answer. */
const content = ({ body, headers, status }: Answer) => ({
  status,
  body,
  headers: [...headers].filter(([name]) => name !== "idempotency-replayed")
})

const quiet = Effect.provide(Logger.remove(Logger.defaultLogger))

describe("a key", () => {
  it.effect("runs the request once; further ones get the same answer, however they are written", () =>
    Effect.gen(function*() {
      const { post, texts, write } = yield* Notes
      const first = yield* write("\"a\"", "one")
      expect(first.status).toBe(201)
      expect(first.headers.get("location")).toBe("/notes/1")
      expect(replayed(first)).toBeNull()
      const again = [
        yield* write("\"a\"", "one"),
        yield* write("a", "one"),
        yield* post("/notes/?ignored=1&text=%6fne", { "idempotency-key": "a", "accept-language": "en" })
      ]
      for (const answer of again) {
        expect(replayed(answer)).toBe("true")
        expect(content(answer)).toEqual(content(first))
      }
      expect(yield* texts).toEqual(["one"])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("is optional, and ignored if the operation takes none", () =>
    Effect.gen(function*() {
      const { keys, post, texts } = yield* Notes
      const answers = yield* Effect.forEach(
        [post("/notes?text=a"), post("/notes?text=a"), post("/plain?text=a", { "idempotency-key": "k" })],
        (one) => one,
        { concurrency: 1 }
      )
      expect((yield* post("/plain?text=a", { "idempotency-key": "no key" })).status).toBe(201)
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
      expect(yield* texts).toHaveLength(4)
      expect(yield* keys).toEqual([])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("is refused for another input or operation, and changes nothing then", () =>
    Effect.gen(function*() {
      const { post, texts, write } = yield* Notes
      yield* write("a", "one")
      for (const answer of [yield* write("a", "two"), yield* post("/copies?text=one", { "idempotency-key": "a" })]) {
        expect(answer.status).toBe(422)
        expect(json(answer)).toMatchObject({ _tag: "IdempotencyKeyReused", key: "a" })
      }
      expect(yield* texts).toEqual(["one"])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("belongs to its caller", () =>
    Effect.gen(function*() {
      const { texts, write } = yield* Notes
      for (const authorization of ["Bearer one", "Bearer two", "bearer  one"]) yield* write("a", "x", { authorization })
      yield* write("a", "x")
      expect(yield* texts).toEqual(["x", "x", "x"])
    }).pipe(Effect.provide(Notes.layer)))

  const wrong = ["", "\"\"", "a b", "\"a b\"", "\"a", "a\"b", "\"a\", \"b\"", "a,b", "\"a\\b\"", "é", "a".repeat(256)]
  it.effect.each(wrong)(
    "%s is a 422 that names the header beside other issues",
    (key) =>
      Effect.gen(function*() {
        const { keys, post } = yield* Notes
        const answer = yield* post("/notes", { "idempotency-key": key })
        expect(answer.status).toBe(422)
        expect(json(answer)["errors"]).toMatchObject([
          { loc: ["query", "text"] },
          { loc: ["header", "Idempotency-Key"], type: "value_error" }
        ])
        expect(yield* keys).toEqual([])
      }).pipe(Effect.provide(Notes.layer))
  )

  const right = [["\"a\\\"\\\\b\"", "a\"\\b"], ["a:;=/+b", "a:;=/+b"], ["a".repeat(255), "a".repeat(255)]] as const
  it.effect.each(right)("%s is one", ([written, key]) =>
    Effect.gen(function*() {
      const { keys, write } = yield* Notes
      expect((yield* write(written, "x")).status).toBe(201)
      expect(yield* keys).toEqual([key])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("is not consumed by input that is refused before the operation runs", () =>
    Effect.gen(function*() {
      const { post, write } = yield* Notes
      expect((yield* post("/notes?txt=one", { "idempotency-key": "a" })).status).toBe(422)
      expect((yield* write("a", "one")).status).toBe(201)
    }).pipe(Effect.provide(Notes.layer)))
})

describe("a key in progress", () => {
  it.effect("is a 409 with Retry-After; a 422 for another input; a replay when it is done", () =>
    Effect.gen(function*() {
      const { afterWriting, texts, write } = yield* Notes
      const [reached, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      afterWriting(() => Effect.zipRight(Deferred.succeed(reached, undefined), Deferred.await(goOn)))
      const first = yield* Effect.fork(write("a", "one"))
      yield* Deferred.await(reached)
      const second = yield* write("a", "one")
      expect([second.status, second.headers.get("retry-after")]).toEqual([409, "1"])
      expect(json(second)).toMatchObject({ _tag: "IdempotencyKeyInProgress", key: "a", retry_after: 1 })
      expect(json(yield* write("a", "two"))).toMatchObject({ _tag: "IdempotencyKeyReused" })
      yield* Deferred.succeed(goOn, undefined)
      const answer = yield* Fiber.join(first)
      expect(content(yield* write("a", "one"))).toEqual(content(answer))
      expect(yield* texts).toEqual(["one"])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("remains so while the change of a client that left is rolled back; then the key is free", () =>
    Effect.gen(function*() {
      const { afterWriting, keys, texts, write } = yield* Notes
      const [reached, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      afterWriting(() =>
        Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never).pipe(
          Effect.onInterrupt(() => Deferred.await(goOn))
        )
      )
      const first = yield* Effect.fork(write("a", "one"))
      yield* Deferred.await(reached)
      const leaving = yield* Effect.fork(Fiber.interrupt(first))
      yield* Effect.yieldNow()
      expect((yield* write("a", "one")).status).toBe(409)
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(leaving)
      expect([yield* texts, yield* keys]).toEqual([[], []])
      afterWriting(() => Effect.void)
      expect((yield* write("a", "one")).status).toBe(201)
      expect(yield* texts).toEqual(["one"])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("is free again if its client left before its turn in the database", () =>
    Effect.gen(function*() {
      const { keys, texts, write } = yield* Notes
      const { transaction } = yield* Database
      const [reached, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const other = yield* Effect.fork(
        transaction(Effect.zipRight(Deferred.succeed(reached, undefined), Deferred.await(goOn)))
      )
      yield* Deferred.await(reached)
      const first = yield* Effect.fork(write("a", "one"))
      yield* Effect.yieldNow()
      const leaving = yield* Effect.fork(Fiber.interrupt(first))
      expect((yield* write("a", "one")).status).toBe(409)
      yield* Deferred.succeed(goOn, undefined)
      yield* Effect.all([Fiber.join(other), Fiber.join(leaving)], { concurrency: 1 })
      expect([yield* texts, yield* keys]).toEqual([[], []])
      expect((yield* write("a", "one")).status).toBe(201)
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("of another process on the same database is a 409 that changes nothing, then its replay", () =>
    Effect.gen(function*() {
      const { keys, texts, write } = yield* Notes
      const { transaction, writer } = yield* Database
      yield* write("a", "one")
      const [row] = yield* writer<Record<string, unknown>>`DELETE FROM idempotency_keys RETURNING *`
      const [reached, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const other = yield* Effect.fork(transaction(Effect.all([
        writer`INSERT INTO idempotency_keys ${writer.insert(row as never)}`,
        Deferred.succeed(reached, undefined),
        Deferred.await(goOn)
      ], { concurrency: 1 })))
      yield* Deferred.await(reached)
      const late = yield* Effect.fork(write("a", "one"))
      yield* onDialect({ sqlite: Effect.yieldNow(), postgres: untilBlocked(writer) })
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(other)
      expect((yield* Fiber.join(late)).status).toBe(409)
      expect(replayed(yield* write("a", "one"))).toBe("true")
      expect([yield* texts, yield* keys]).toEqual([["one"], ["a"]])
    }).pipe(Effect.provide(Notes.layer)))
})

describe("the outcome of an operation", () => {
  it.effect("a failure is its result: the change is undone and the answer kept", () =>
    Effect.gen(function*() {
      const { afterWriting, keys, texts, write } = yield* Notes
      afterWriting(() => new Refused())
      const first = yield* write("a", "one")
      afterWriting(() => Effect.void)
      const second = yield* write("a", "one")
      expect([first.status, replayed(first)]).toEqual([409, null])
      expect(first.headers.get("content-type")).toBe("application/problem+json")
      expect(replayed(second)).toBe("true")
      expect(content(second)).toEqual(content(first))
      expect(json(second)["trace_id"]).toBe(json(first)["trace_id"])
      expect([yield* texts, yield* keys]).toEqual([[], ["a"]])
    }).pipe(Effect.provide(Notes.layer)))

  const broken = Effect.dieMessage("broken")
  const passing: ReadonlyArray<readonly [string, number, Effect.Effect<unknown, Problem>]> = [
    ["a defect", 500, broken],
    ["a refusal with a defect behind it", 500, Effect.ensuring(new Refused(), broken)],
    ["an overload", 503, new Overloaded({ what: term("tâches", "jobs"), retry_after: 1 })],
    ["a timeout", 504, new TimedOut({ what: "it", after: 1 })],
    ["a refusal that says when to try again", 429, new Busy()]
  ]
  it.effect.each(passing)("%s undoes everything and leaves the key free", ([_, status, end]) =>
    Effect.gen(function*() {
      const { afterWriting, keys, texts, write } = yield* Notes
      afterWriting(() => end)
      expect((yield* write("a", "one")).status).toBe(status)
      expect([yield* texts, yield* keys]).toEqual([[], []])
      afterWriting(() => Effect.void)
      expect((yield* write("a", "two")).status).toBe(201)
      expect([yield* texts, yield* keys]).toEqual([["two"], ["a"]])
    }).pipe(quiet, Effect.provide(Notes.layer)))

  it.effect("a key that cannot be written undoes the change", () =>
    Effect.gen(function*() {
      const { texts, write } = yield* Notes
      const { writer } = yield* Database
      const create = onDialect({
        sqlite: [
          "CREATE TRIGGER filled BEFORE INSERT ON idempotency_keys BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        ],
        postgres: [
          "CREATE FUNCTION filled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$",
          "CREATE TRIGGER filled BEFORE INSERT ON idempotency_keys EXECUTE FUNCTION filled()"
        ]
      })
      for (const statement of create) yield* writer`${writer.literal(statement)}`
      expect((yield* write("a", "one")).status).toBe(500)
      expect(yield* texts).toEqual([])
      yield* writer`DROP TRIGGER filled${writer.literal(onDialect({ sqlite: "", postgres: " ON idempotency_keys" }))}`
      expect((yield* write("a", "one")).status).toBe(201)
      expect(yield* texts).toEqual(["one"])
    }).pipe(quiet, Effect.provide(Notes.layer)))

  it.effect("a commit that fails leaves neither the change nor the key", () =>
    Effect.gen(function*() {
      const { afterWriting, keys, texts, write } = yield* Notes
      const { writer } = yield* Database
      afterWriting(() =>
        Effect.orDie(Effect.zipRight(
          onDialect({ sqlite: writer`PRAGMA defer_foreign_keys = ON`, postgres: writer`SET CONSTRAINTS ALL DEFERRED` }),
          writer`INSERT INTO posts (user_id, title, content) VALUES (9, 'a', 'b')`
        ))
      )
      expect((yield* write("a", "one")).status).toBe(500)
      expect([yield* texts, yield* keys]).toEqual([[], []])
      afterWriting(() => Effect.void)
      expect((yield* write("a", "one")).status).toBe(201)
    }).pipe(quiet, Effect.provide(Notes.layer)))
})

describe("retention", () => {
  it.effect("an answer is repeated for a day, and no longer", () =>
    Effect.gen(function*() {
      const { keys, texts, write } = yield* Notes
      yield* write("a", "one")
      yield* TestClock.adjust(Duration.subtract("24 hours", "1 millis"))
      expect(replayed(yield* write("a", "one"))).toBe("true")
      yield* TestClock.adjust("1 millis")
      const fresh = yield* write("a", "two")
      expect([fresh.status, replayed(fresh)]).toEqual([201, null])
      yield* TestClock.adjust(Duration.subtract("24 hours", "1 millis"))
      expect(content(yield* write("a", "two"))).toEqual(content(fresh))
      expect([yield* texts, yield* keys]).toEqual([["one", "two"], ["a"]])
    }).pipe(Effect.provide(Notes.layer)))

  it.effect("removes expired rows, however many", () =>
    Effect.gen(function*() {
      const { keys, write } = yield* Notes
      const { removeExpired } = yield* IdempotencyKeys
      const { writer } = yield* Database
      yield* writer`
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
        INSERT INTO idempotency_keys SELECT '', 'old' || i, '', 201, '{}', NULL, 0 FROM n`
      yield* TestClock.adjust(Duration.subtract("24 hours", "1 millis"))
      yield* write("fresh", "one")
      expect(yield* removeExpired).toBe(0)
      yield* TestClock.adjust("1 millis")
      expect(yield* removeExpired).toBe(1500)
      expect(yield* keys).toEqual(["fresh"])
    }).pipe(Effect.provide(Notes.layer)))
})

const step = fc.record({
  key: fc.constantFrom("a", "b", "c"),
  written: fc.constantFrom("x", "x", "x", "y"),
  fate: fc.constantFrom("done", "done", "refused", "broken"),
  /** the scheduler's turns after which the client leaves */
  leaves: fc.option(fc.integer({ min: 0, max: 40 }))
})

describe("whatever happens", () => {
  it.effect.prop(
    "each key has its effect once, and one answer",
    [fc.array(step, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 6 })],
    ([steps, concurrency]) =>
      Effect.gen(function*() {
        const { afterWriting, post } = yield* Notes
        const { writer } = yield* Database
        const fates: Record<string, Effect.Effect<unknown, Problem>> = {
          refused: new Refused(),
          broken: Effect.dieMessage("broken")
        }
        const pause = Effect.repeatN(Effect.yieldNow(), 5)
        afterWriting(({ headers }) =>
          Effect.onInterrupt(Effect.zipRight(pause, fates[headers["x-fate"] ?? ""] ?? Effect.void), () => pause)
        )
        const outcomes = yield* Effect.forEach(steps, ({ fate, key, leaves, written }) =>
          Effect.gen(function*() {
            const headers = { "idempotency-key": key, "x-fate": fate }
            const asking = yield* Effect.fork(post(`/notes?text=${key}-${written}`, headers))
            if (leaves === null) return [{ key, answer: yield* Fiber.join(asking) }]
            yield* Effect.repeatN(Effect.yieldNow(), leaves)
            return Exit.match(yield* Fiber.interrupt(asking), {
              onFailure: () => [],
              onSuccess: (answer) => [{ key, answer }]
            })
          }), { concurrency })

        const effects = yield* writer<{ key: string }>`SELECT substr(text, 1, 1) AS key FROM notes ORDER BY key`
        const done = yield* writer<{ key: string }>`
          SELECT key FROM idempotency_keys WHERE status = 201 ORDER BY key`
        expect(effects).toEqual(done)
        for (const key of ["a", "b", "c"]) {
          const answers = outcomes.flat().filter((one) => one.key === key).map(({ answer }) => answer)
          const made = answers.filter(({ status }) => status === 201)
          if (made.length > 0) expect(done).toContainEqual({ key })
          expect(new Set(made.map(({ body }) => body)).size).toBeLessThanOrEqual(1)
          expect(made.filter((answer) => replayed(answer) === null).length).toBeLessThanOrEqual(1)
        }
      }).pipe(quiet, Effect.provide(Notes.layer)),
    { fastCheck: { numRuns: numRuns(30) } }
  )
})
