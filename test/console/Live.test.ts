import { expect, it } from "@effect/vitest"
import { DateTime } from "effect"
import { everything, type Filter, filterOf, matches, queryOf } from "../../src/console/live/Filter.ts"
import { merged } from "../../src/console/live/runs.ts"
import { durationOf, type Summary } from "../../src/console/live/Summary.ts"

const noon = Date.parse("2026-01-01T12:00:00.000Z")

const run = (id: string, second: number, given: Partial<Summary> = {}): Summary => ({
  id,
  number: second + 1,
  kind: "request",
  name: "users.list",
  route: "/users",
  started_at: DateTime.formatIso(DateTime.unsafeMake(noon + second * 1000)),
  duration_ns: 5_000_000,
  outcome: "success",
  status: 200,
  fibers: 1,
  recorded_in_ns: 0,
  ...given
})

const running = { outcome: "running", status: null } as const
const ids = (runs: ReadonlyArray<Summary>) => runs.map(({ id }) => id)

it("a filter goes into the address and comes back, and what makes no sense is left out", () => {
  const filter: Filter = { route: "/users", outcome: "failure", kind: "job", minimumMillis: 250 }
  expect(queryOf(filter)).toBe("route=%2Fusers&outcome=failure&kind=job&min=250")
  expect(filterOf(new URLSearchParams(queryOf(filter)))).toEqual(filter)
  expect(queryOf(everything)).toBe("")
  expect(filterOf(new URLSearchParams("outcome=fine&kind=?&min=-3"))).toEqual(everything)
  expect(filterOf(new URLSearchParams("min=soon"))).toEqual(everything)
})

it("a filter takes runs by route, outcome, kind and duration", () => {
  const list = [
    run("a", 0),
    run("b", 0, { outcome: "failure" }),
    run("c", 0, { kind: "job", route: null, name: "registration" })
  ]
  const kept = (filter: Partial<Filter>) =>
    ids(list.filter((summary) => matches({ ...everything, ...filter }, summary, noon)))
  expect(kept({})).toEqual(["a", "b", "c"])
  expect(kept({ route: "USERS" })).toEqual(["a", "b"])
  expect(kept({ route: "regis" })).toEqual(["c"])
  expect(kept({ outcome: "failure" })).toEqual(["b"])
  expect(kept({ kind: "job" })).toEqual(["c"])
  expect(kept({ minimumMillis: 5 })).toEqual(["a", "b", "c"])
  expect(kept({ minimumMillis: 6 })).toEqual([])
})

it("a run that goes on lasts as long as it has gone on, and comes into a list of slow ones by and by", () => {
  const summary = run("a", 0, { ...running, duration_ns: 0 })
  const slow = { ...everything, minimumMillis: 1000 }
  expect(durationOf(summary, noon + 1500)).toBe(1.5e9)
  expect(matches(slow, summary, noon + 999)).toBe(false)
  expect(matches(slow, summary, noon + 1000)).toBe(true)
  expect(durationOf(run("b", 0), noon + 1500)).toBe(5_000_000)
})

it("running ones stand first, then the newest; an end replaces its beginning, and no beginning an end", () => {
  const begun = merged([run("old", 1), run("new", 2)], [run("slow", 0, running), run("late", 3, running)], 10)
  expect(ids(begun)).toEqual(["late", "slow", "new", "old"])
  const ended = merged(begun, [run("slow", 0)], 10)
  expect(ids(ended)).toEqual(["late", "new", "old", "slow"])
  expect(merged(ended, [run("slow", 0, running)], 10)).toEqual(ended)
  expect(ids(merged(ended, [run("next", 4)], 3))).toEqual(["late", "next", "new"])
})
