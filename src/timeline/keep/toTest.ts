import { Either, Schema } from "effect"
import { defaults } from "../../policy/Policies.ts"
import { type NamedPolicy, Policy } from "../../policy/Policy.ts"
import type { Timeline } from "../Timeline.ts"
import { type Operation, operations, type Part } from "./operations.ts"
import { policiesOf } from "./policiesOf.ts"
import { type NotReplayable, type Replay, replayOf, type UpstreamCall } from "./Replay.ts"

/** One line of a comment or a title, whatever a recording is called. */
const line = (words: string, most: number): string => {
  const plain = words.replaceAll(/[^\p{L}\p{N}\p{P}\p{S}]+/gu, " ").replaceAll(/[`*\\]/g, "'").trim()
  return plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`
}

/** The variable that holds a service. */
const variable = (service: string): string => `${service.charAt(0).toLowerCase()}${service.slice(1)}`

const literal = (value: unknown): string => JSON.stringify(value)

/** Writes a list with an element a line. */
const list = (elements: ReadonlyArray<string>, indent: string): string =>
  elements.length === 0 ? "[]" : `[\n${elements.map((element) => `${indent}  ${element}`).join(",\n")}\n${indent}]`

/** Writes an object of JSON with a member a line, as TypeScript. */
const object = (value: unknown, indent: string): string => {
  if (Array.isArray(value)) return list(value.map((one) => object(one, `${indent}  `)), indent)
  if (typeof value !== "object" || value === null) return literal(value)
  const members = Object.entries(value).map(([name, member]) =>
    `${indent}  ${/^[a-z]\w*$/i.test(name) ? name : literal(name)}: ${object(member, `${indent}  `)}`
  )
  return members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n${indent}}`
}

const isDefault = ({ name, policy }: NamedPolicy): boolean => {
  const found = Object.entries(defaults).find(([one]) => one === name)?.[1]
  return found !== undefined && Schema.equivalence(Policy)(policy, found)
}

/** Policies that the recording ran under, and that are no defaults: a test sets them. */
const replaced = (timeline: Timeline): ReadonlyArray<NamedPolicy> =>
  policiesOf(timeline).filter((named) => named.name in defaults && !isDefault(named))

const upstreamCall = ({ after, path, status, unreachable }: UpstreamCall): string => {
  const members = [
    `path: ${literal(path)}`,
    after === undefined ? "" : `after: ${after}`,
    status === undefined ? "" : `status: ${status}`,
    unreachable === undefined ? "" : "unreachable: true"
  ].filter((member) => member !== "")
  return `{ ${members.join(", ")} }`
}

/** The text of a test from its parts. */
class TestText {
  private readonly timeline: Timeline
  private readonly replay: Replay
  private readonly used: ReadonlyArray<Operation>
  private readonly policies: ReadonlyArray<NamedPolicy>

  constructor(timeline: Timeline, replay: Replay) {
    this.timeline = timeline
    this.replay = replay
    const used = replay.calls.flatMap(({ span }) => operations.get(span.name) ?? [])
    this.used = used.filter(({ module }, index) => used.findIndex((other) => other.module === module) === index)
    this.policies = replaced(timeline)
  }

  text(): string {
    return `${[this.comment(), this.imports(), ...this.layers(), this.test()].join("\n")}`
  }

  private needs(part: Part): boolean {
    return this.used.some(({ parts }) => parts.includes(part))
  }

  private comment(): string {
    const { clock, id, name, started_at } = this.timeline
    const when = clock === "virtual" ? "in virtual time" : `on ${line(started_at, 40)}, timeline ${line(id, 40)}`
    return [
      `// Kept from a recording: ${line(name, 40)}, ${when}.`,
      "// The upstream answers as it did then. A red line tells where the product no longer does what it did."
    ].join("\n")
  }

  private imports(): string {
    const services = this.used.filter(({ service }) => service !== "")
    const kit = ["replay", ...this.kit()].toSorted().join(", ")
    const found: ReadonlyArray<readonly [string, string]> = [
      ...this.used.map(({ module, service }): readonly [string, string] => {
        const references = this.replay.provided.filter((one) => one.module === module).map(({ reference }) => reference)
        const names = [service, ...references].toSorted().join(", ")
        return service === "" ? ["* as Cafe", `#src/${module}`] : [`{ ${names} }`, `#src/${module}`]
      }),
      ...(this.needs("settings") ? [["{ AppConfig }", "#src/AppConfig.ts"] as const] : []),
      ...(this.needs("policies") && this.policies.length === 0
        ? [["{ Policies }", "#src/policy/Policies.ts"] as const]
        : []),
      ...(this.needs("loop") ? [["{ modelledLoop }", "#test/support/modelledLoop.ts"] as const] : []),
      [`{ ${kit} }`, "#test/support/replay.ts"],
      ["{ expect, it }", "@effect/vitest"],
      [
        `{ ${
          [...(this.hasDurations() ? ["Duration"] : []), "Effect", ...(services.length > 0 ? ["Layer"] : [])].join(", ")
        } }`,
        "effect"
      ]
    ]
    return found.toSorted(([, one], [, other]) => one.toLowerCase() < other.toLowerCase() ? -1 : 1)
      .map(([what, from]) => `import ${what} from ${literal(from)}`).join("\n")
  }

  private kit(): ReadonlyArray<string> {
    return [
      ...(this.needs("upstream") ? ["recordedUpstream"] : []),
      ...(this.needs("policies") && this.policies.length > 0 ? ["recordedPolicies"] : [])
    ]
  }

  private hasDurations(): boolean {
    return this.replay.settings.size > 0 || this.calls().some((call) => call.includes("Duration."))
  }

  private layers(): ReadonlyArray<string> {
    const services = this.used.filter(({ service }) => service !== "").map(({ service }) => `${service}.layer`)
    const [service, ...others] = services
    if (service === undefined) return []
    const merged = others.length === 0 ? service : `Layer.mergeAll(${services.join(", ")})`
    const settings = [...this.replay.settings].map(([name, millis]) => `${name}: Duration.millis(${millis})`).join(", ")
    const parts = [
      ...(this.needs("upstream") ? [`recordedUpstream(${list(this.replay.upstream.map(upstreamCall), "  ")})`] : []),
      ...(this.needs("policies") ? [this.policyLayer()] : []),
      ...(this.needs("loop") ? ["modelledLoop"] : []),
      ...this.replay.provided.map(({ reference, value }) => `Layer.succeed(${reference}, ${object(value, "  ")})`),
      ...(this.needs("settings") ? [`AppConfig.layerWith({${settings === "" ? "" : ` ${settings} `}})`] : [])
    ]
    return ["", `const services = ${merged}.pipe(Layer.provide(${list(parts, "")}))`]
  }

  private policyLayer(): string {
    if (this.policies.length === 0) return "Policies.layer"
    const encode = Schema.encodeSync(Policy)
    return `recordedPolicies(${
      object(Object.fromEntries(this.policies.map(({ name, policy }) => [name, encode(policy)])), "  ")
    })`
  }

  private calls(): ReadonlyArray<string> {
    return this.replay.calls.map(({ at, span }) => {
      const operation = operations.get(span.name)
      const on = operation === undefined || operation.service === "" ? "Cafe" : variable(operation.service)
      return `[${at}, ${on}.${operation?.call(span.arguments ?? []) ?? ""}]`
    })
  }

  private test(): string {
    const { draws, duration, moments } = this.replay
    const title = [...new Set(this.replay.calls.map(({ span }) => span.name))].join(", ")
    const services = this.used.filter(({ service }) => service !== "")
    const drawn = draws.length === 0 ? "" : `, ${list(draws.map(([at, share]) => `[${at}, ${share}]`), "    ")}`
    return `
it.effect(${literal(`${title} as recorded`)}, () =>
  Effect.gen(function*() {
${
      services.map(({ service }) => `    const ${variable(service)} = yield* ${service}\n`).join("")
    }    const { duration, moments } = yield* replay(${list(this.calls(), "    ")}${drawn})
    expect(moments).toEqual(${list(moments.map(([at, moment]) => `[${at}, ${literal(moment)}]`), "    ")})
    expect(duration).toBe(${duration})
  })${services.length === 0 ? "" : ".pipe(Effect.provide(services))"})
`
  }
}

/**
 * Turns a recording of a chapter into the text of a test for any folder below `test`. In virtual time the test calls
 * the same operations with the same numbers, while the upstream answers as it did. It asserts the order of starts,
 * ends, attempts, pauses and timeouts, and the times that follow from the recorded waits.
 */
export const toTest = (timeline: Timeline): Either.Either<string, NotReplayable> =>
  Either.map(replayOf(timeline), (replay) => new TestText(timeline, replay).text())
