import { describe, expect, it } from "@effect/vitest"
import { Option, Tracer } from "effect"
import { callersSpan, traceIdOf, traceStateOf } from "../../../src/platform/observability/TraceContext.ts"

const trace = "0af7651916cd43dd8448eb211c80319c"
const span = "b7ad6b7169203331"

type Fields = Readonly<Record<string, string>>

/** Returns trace id, span id and sampling of the caller; none if the trace begins here. */
const caller = (fields: Fields) =>
  Option.getOrUndefined(Option.map(callersSpan(fields), (found) => [found.traceId, found.spanId, found.sampled]))

const stateOf = (tracestate: string, version = "00") =>
  Option.getOrUndefined(
    Option.flatMap(callersSpan({ traceparent: `${version}-${trace}-${span}-01`, tracestate }), traceStateOf)
  )

describe("traceparent", () => {
  it.each([
    ["sampled", `00-${trace}-${span}-01`, true],
    ["not sampled", `00-${trace}-${span}-00`, false],
    ["with further flags", `00-${trace}-${span}-03`, true],
    ["with further flags alone", `00-${trace}-${span}-fe`, false],
    ["of a later version", `01-${trace}-${span}-01`, true],
    ["of a later version that says more", `cc-${trace}-${span}-01-what-the-future-will-be-like`, true],
    ["of a later version that ends in a dash", `cc-${trace}-${span}-01-`, true]
  ])("%s is continued", (_, traceparent, sampled) => {
    expect(caller({ traceparent })).toEqual([trace, span, sampled])
  })

  it.each([
    ["flags that are no hex", `00-${trace}-${span}-zz`],
    ["flags of one digit", `00-${trace}-${span}-1`],
    ["no flags", `00-${trace}-${span}`],
    ["flags in upper case", `00-${trace}-${span}-0A`],
    ["more than version 00 has", `00-${trace}-${span}-01-x`],
    ["a dash at its end", `00-${trace}-${span}-01-`],
    ["the version that is none", `ff-${trace}-${span}-01`],
    ["a version in upper case", `0A-${trace}-${span}-01`],
    ["a version of three digits", `000-${trace}-${span}-01`],
    ["a later version with something behind its flags", `01-${trace}-${span}-01x`],
    ["ids in upper case", `00-${trace.toUpperCase()}-${span}-01`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${span}-01`],
    ["a span of zeros", `00-${trace}-${"0".repeat(16)}-01`],
    ["a short trace", `00-${trace.slice(1)}-${span}-01`],
    ["two of them", `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
    ["nothing", ""]
  ])("with %s is refused", (_, traceparent) => {
    expect(caller({ traceparent })).toBeUndefined()
    expect(traceIdOf({ traceparent })).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
    expect(traceIdOf({ traceparent })).not.toBe(trace)
  })
})

describe("tracestate", () => {
  it("is passed on with its trace, without its empty members", () => {
    expect(stateOf("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")).toBe("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
    expect(stateOf("a=1, , b@c=2 \t,\t*_-=x", "01")).toBeUndefined()
    expect(stateOf("a=1, , 0b@c=2 \t,\td*_-/=x y", "01")).toBe("a=1,0b@c=2,d*_-/=x y")
    const many = Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(",")
    expect(stateOf(many)).toBe(many)
  })

  it.each([
    "",
    "a",
    "=1",
    "a=",
    "A=1",
    "a=1,a=2",
    "a=b=c",
    "a=é",
    "a b=1",
    `${"a".repeat(257)}=1`,
    `a=${"1".repeat(257)}`,
    Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(",")
  ])("%j is discarded as a whole, and the trace continues", (tracestate) => {
    expect(stateOf(`b=1,${tracestate}`.replace(/,$/, tracestate === "" ? "," : ""))).toBe(
      tracestate === "" ? "b=1" : undefined
    )
    expect(caller({ traceparent: `00-${trace}-${span}-01`, tracestate })).toBeDefined()
  })

  it("is found from a span within spans, and is absent without a traceparent", () => {
    const external = Option.getOrThrow(callersSpan({ traceparent: `00-${trace}-${span}-01`, tracestate: "a=1" }))
    expect(Option.getOrUndefined(traceStateOf(external))).toBe("a=1")
    expect(caller({ tracestate: "a=1" })).toBeUndefined()
    expect(traceStateOf(Tracer.externalSpan({ traceId: trace, spanId: span }))).toEqual(Option.none())
  })
})

describe("b3", () => {
  const short = trace.slice(16)
  it.each<readonly [string, Fields, ReadonlyArray<unknown> | undefined]>([
    ["sampled", { b3: `${trace}-${span}-1` }, [trace, span, true]],
    ["debug", { b3: `${trace}-${span}-d` }, [trace, span, true]],
    ["not sampled", { b3: `${trace}-${span}-0-${span}` }, [trace, span, false]],
    ["undecided", { b3: `${trace}-${span}` }, [trace, span, true]],
    ["of 64 bits", { b3: `${short}-${span}-1` }, [short.padStart(32, "0"), span, true]],
    ["a decision alone", { b3: "0" }, undefined],
    ["another state", { b3: `${trace}-${span}-x` }, undefined],
    ["of W3C's flags", { b3: `${trace}-${span}-01` }, undefined],
    ["in upper case", { b3: `${trace.toUpperCase()}-${span}-1` }, undefined],
    ["of 24 digits", { b3: `${trace.slice(8)}-${span}-1` }, undefined],
    ["of zeros", { b3: `${"0".repeat(32)}-${span}-1` }, undefined],
    ["a parent that is none", { b3: `${trace}-${span}-1-x` }, undefined],
    ["in several headers", { "x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": "1" }, [trace, span, true]],
    ["in several, not sampled", { "x-b3-traceid": short, "x-b3-spanid": span, "x-b3-sampled": "0" }, [
      short.padStart(32, "0"),
      span,
      false
    ]],
    ["in several, debug", { "x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-flags": "1" }, [trace, span, true]],
    ["in several, without a span", { "x-b3-traceid": trace, "x-b3-sampled": "1" }, undefined],
    ["in several, another decision", { "x-b3-traceid": trace, "x-b3-spanid": span, "x-b3-sampled": "x" }, undefined],
    ["behind a valid traceparent", { b3: `${short}-${span}-1`, traceparent: `00-${trace}-${span}-00` }, [
      trace,
      span,
      false
    ]],
    ["behind a malformed traceparent", { b3: `${trace}-${span}-1`, traceparent: `00-${trace}-${span}-1` }, [
      trace,
      span,
      true
    ]]
  ])("%s", (_, fields, expected) => {
    expect(caller(fields)).toEqual(expected)
  })
})
