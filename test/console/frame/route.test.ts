import { expect, it } from "@effect/vitest"
import { parseRoute, routeText } from "../../../src/console/frame/route.ts"

it("an address is read as it was written", () => {
  const written = routeText("timelines", "a/b?c", { from: 5, to: 10, fiber: undefined, with: "x&y" })
  expect(written).toBe("#/timelines/a%2Fb%3Fc?from=5&to=10&with=x%26y")
  expect(parseRoute(written)).toEqual({
    view: "timelines",
    id: "a/b?c",
    query: { from: "5", to: "10", with: "x&y" }
  })
})

it("an odd address is no failure", () => {
  expect(parseRoute("")).toEqual({ view: "", id: undefined, query: {} })
  expect(parseRoute("#")).toEqual({ view: "", id: undefined, query: {} })
  expect(parseRoute("#/a/%ff?x")).toEqual({ view: "a", id: "%ff", query: { x: "" } })
})
