import { Option, Predicate, Record } from "effect"

type Json = Record<string, unknown>

const all = Option.all<ReadonlyArray<Option.Option<unknown>>>

const member = (schema: Json, name: string): Option.Option<unknown> => Record.get(schema, name)

const firstOf = (value: unknown): Option.Option<unknown> =>
  Array.isArray(value) && value.length > 0 ? Option.some(value[0]) : Option.none()

/**
 * Finds an example of a schema: its own, or one built from the examples of its parts. `None` if a required part has no
 * example. `resolve` looks up the target of a `$ref`.
 */
export const exampleOf = (resolve: (reference: string) => unknown) => {
  const example = (schema: unknown): Option.Option<unknown> => {
    if (!Predicate.isRecord(schema)) return Option.none()
    const record: Json = { ...schema }
    const parts = Array.isArray(record["allOf"]) ? record["allOf"] : record["anyOf"]
    return firstOf(record["examples"]).pipe(
      Option.orElse(() => firstOf(record["enum"])),
      Option.orElse(() => Option.flatMap(firstOf(parts), example)),
      Option.orElse(() =>
        Option.flatMap(
          member(record, "$ref"),
          (reference) => Predicate.isString(reference) ? example(resolve(reference)) : Option.none()
        )
      ),
      Option.orElse(() => Option.map(Option.flatMap(member(record, "items"), example), (item) => [item])),
      Option.orElse(() => objectExample(record))
    )
  }
  const objectExample = (schema: Json): Option.Option<unknown> => {
    const { properties, required } = schema
    if (!Predicate.isRecord(properties) || !Array.isArray(required)) return Option.none()
    const names = required.map(String)
    return Option.map(
      all(names.map((name) => example(properties[name]))),
      (values) => Object.fromEntries(names.map((name, index) => [name, values[index]]))
    )
  }
  return example
}
