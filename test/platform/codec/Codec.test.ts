import { describe, it } from "@effect/vitest"
import { Arbitrary, Either, FastCheck, ParseResult, Schema } from "effect"
import { deepStrictEqual } from "node:assert"
import { UserId, UserIdFromText } from "../../../src/domain/Ids.ts"
import { Amount, AmountCents } from "../../../src/domain/Money.ts"
import { InvalidInput } from "../../../src/domain/Problem.ts"
import * as Codec from "../../../src/platform/codec/Codec.ts"
import { Entry } from "../../../src/transfers/Api.ts"
import { Post, User } from "../../../src/users/Api.ts"

class Point extends Schema.Class<Point>("Point")({ x: Schema.Int, y: Schema.NumberFromString }) {}

interface Tree {
  readonly value: number
  readonly children: ReadonlyArray<Tree>
}
const Tree: Schema.Schema<Tree> = Schema.Struct({
  value: Schema.Int,
  children: Schema.Array(Schema.suspend(() => Tree))
})

/** A schema of every kind that the compiler knows, and of some that it leaves to Effect. */
const kinds: Readonly<Record<string, Schema.Schema.AnyNoContext>> = {
  texts: Schema.Struct({ trimmed: Schema.Trim, short: Schema.String.pipe(Schema.maxLength(3)) }),
  brands: Schema.Int.pipe(Schema.between(1, 10), Schema.brand("Ten")),
  digits: Schema.NumberFromString.pipe(Schema.int()),
  literals: Schema.Literal("a", "b", null, 1),
  "a class": Point,
  "a list of classes": Schema.Array(Point),
  optional: Schema.Struct({
    may: Schema.optional(Schema.Int),
    default: Schema.optionalWith(Schema.Int, { default: () => 7 }),
    option: Schema.optionalWith(Schema.String, { as: "Option" }),
    nullable: Schema.NullOr(Schema.NumberFromString)
  }),
  renamed: Schema.Struct({ to: Schema.propertySignature(Schema.Int).pipe(Schema.fromKey("from")) }),
  "a union of primitives": Schema.Union(Schema.NumberFromString, Schema.String, Schema.Boolean),
  "a union of objects": Schema.Union(
    Schema.Struct({ kind: Schema.Literal("a"), n: Schema.Int }),
    Schema.Struct({ kind: Schema.Literal("b"), s: Schema.String }),
    Schema.Struct({ n: Schema.Int })
  ),
  recursion: Tree,
  dates: Schema.Date,
  "a tuple": Schema.Tuple(Schema.String, Schema.optionalElement(Schema.Int)),
  "a record": Schema.Record({ key: Schema.String, value: Schema.Int }),
  "json in a text": Schema.parseJson(Schema.Struct({ n: Schema.Int })),
  "its own options": Schema.Struct({ n: Schema.Int }).annotations({ parseOptions: { onExcessProperty: "error" } }),
  "an id from a text": UserIdFromText,
  amounts: Schema.Struct({ from_user: UserId, cents: AmountCents }),
  "users and posts": Schema.Struct({ user: User, posts: Schema.Array(Post) }),
  "ledger entries": Schema.Array(Entry),
  "a problem": InvalidInput,
  "a fallback": Schema.Struct({ n: Schema.Int.annotations({ decodingFallback: () => Either.right(0) }) })
}

const shown = <A>(result: Either.Either<A, ParseResult.ParseIssue>) =>
  Either.mapLeft(result, (issue) => ParseResult.TreeFormatter.formatIssueSync(issue))

/** Returns a value with one part replaced, removed or added. */
const altered = (value: unknown, other: unknown, n: number): unknown => {
  if (typeof value !== "object" || value === null) return other
  const entries = Object.entries(value)
  const [name] = entries[n % Math.max(1, entries.length)] ?? [""]
  const others = entries.filter(([key]) => key !== name)
  const changed = [...others, ...(n % 2 === 0 ? [[name, other]] : []), ["extra", other]]
  return Array.isArray(value) ? changed.map(([, part]) => part) : Object.fromEntries(changed)
}

const inputs = (valid: FastCheck.Arbitrary<unknown>) =>
  FastCheck.oneof(
    valid,
    FastCheck.anything(),
    FastCheck.tuple(valid, FastCheck.anything(), FastCheck.nat()).map((parts) => altered(...parts))
  )

const check = (schema: Schema.Schema.AnyNoContext, runs: number) => {
  const decode = Codec.decoder(schema)
  const encode = Codec.encoder(schema)
  const parse = ParseResult.decodeUnknownEither(schema, { errors: "all" })
  const unparse = ParseResult.encodeUnknownEither(schema, { errors: "all" })
  const types = Arbitrary.make(schema)
  const encoded = types.map((value) => Either.getOrElse(unparse(value), () => value))
  FastCheck.assert(
    FastCheck.property(inputs(encoded), (input) => {
      deepStrictEqual(shown(decode(input)), shown(parse(input)))
    }),
    { numRuns: runs, seed: 1 }
  )
  FastCheck.assert(
    FastCheck.property(inputs(types), (input) => {
      deepStrictEqual(shown(encode(input)), shown(unparse(input)))
    }),
    { numRuns: runs, seed: 1 }
  )
}

describe("a compiled schema agrees with Effect's own parser on valid and invalid values", () => {
  for (const [name, schema] of Object.entries(kinds)) {
    it(name, () => check(schema, 200))
  }

  it("amounts, as they are written", () => {
    const decode = Codec.decoder(Amount)
    const parse = ParseResult.decodeUnknownEither(Amount, { errors: "all" })
    for (const written of ["10.5", 10.5, 0.01, "1e3", Number.NaN, 0.1 + 0.2, null, "1000000000.00"]) {
      deepStrictEqual(shown(decode(written)), shown(parse(written)))
    }
  })
})
