import { Option, Predicate, type Schema, SchemaAST } from "effect"

/**
 * A JSON value as it was written. JavaScript reads numbers as doubles, which lose digits beyond 2^53; an answer
 * declared by `exactly` keeps the text digit for digit.
 */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** The value as JavaScript reads it. */
  get value(): unknown {
    return JSON.parse(this.text)
  }

  toJSON(): unknown {
    return this.value
  }
}

/** Works like `JSON.stringify` for plain data, but writes every `JsonText` as its own text. */
export const stringify = (value: unknown): string => {
  if (value instanceof JsonText) return value.text
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`
  if (!Predicate.isRecord(value)) return JSON.stringify(value) ?? "null"
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`).join(",")}}`
}

const exact: unique symbol = Symbol.for("barista/platform/codec/exact")

/** Declares an answer that may hold a `JsonText`, so that `stringify` writes the answer. */
export const exactly = <A, I, R>(schema: Schema.Schema<A, I, R>): Schema.Schema<A, I, R> =>
  schema.annotations({ [exact]: true })

/** True if a schema was declared by `exactly`. */
export const isExact = (ast: SchemaAST.AST): boolean =>
  Option.getOrElse(SchemaAST.getAnnotation<boolean>(ast, exact), () => false)
