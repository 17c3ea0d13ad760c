import { expect, it } from "@effect/vitest"
import { number } from "../../../scripts/bench/report/format.ts"
import { type FigureResult, type Measured, merge, type Results } from "../../../scripts/bench/report/Results.ts"
import { decide, median, ratio } from "../../../scripts/bench/report/statistics.ts"
import { block, markdown } from "../../../scripts/bench/report/table.ts"

const measured = (contender: string, middle: number, failed = 0): Measured => ({
  contender,
  median: middle,
  least: middle - 1,
  most: middle + 1,
  values: [middle - 1, middle, middle + 1],
  failed,
  others: 0
})

const result = (better: FigureResult["better"], ...all: ReadonlyArray<Measured>): FigureResult => ({
  row: "row",
  title: "A row",
  figure: "figure",
  unit: "units",
  better,
  targets: [],
  measured: all
})

const results = (...figures: ReadonlyArray<FigureResult>): Results => ({
  machine: { processor: "a processor", cores: 2, memoryGiB: 4, node: "v20", kernel: "Linux" },
  began: "2025-01-31T12:00:00.000Z",
  rounds: 5,
  seconds: 1,
  figures,
  broken: []
})

it("the median is the middle by size, not by place or by text", () => {
  expect(median([10, 9, 100])).toBe(10)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

it("a ratio above 1 means that ours is better, whichever way the figure goes", () => {
  expect(ratio("higher", 80, 100)).toBe(0.8)
  expect(ratio("lower", 80, 100)).toBe(1.25)
})

it("a target of a ratio is met from exactly so much of that peer on", () => {
  const target = { kind: "ratio", peer: "fastify", least: 0.8 } as const
  const beside = (own: number) =>
    result("higher", measured("node:http", 1), measured("barista", own), measured("fastify", 10))
  expect(decide(beside(8), target).met).toBe(true)
  expect(decide(beside(7.9), target)).toMatchObject({ met: false, how: expect.closeTo(0.9875) })
})

it("a bound is met by what does not exceed it where less is better, and reaches it where more is", () => {
  const target = { kind: "bound", limit: 5 } as const
  const of = (better: FigureResult["better"], own: number) =>
    decide(result(better, measured("barista", own)), target).met
  expect([of("lower", 5), of("lower", 5.01)]).toEqual([true, false])
  expect([of("higher", 5), of("higher", 4.99)]).toEqual([true, false])
})

it("a target is not met where answers failed, or one of the two was not measured", () => {
  const bound = { kind: "bound", limit: 5 } as const
  expect(decide(result("lower", measured("barista", 1, 1)), bound).met).toBe(false)
  expect(decide(result("lower"), bound).met).toBe(false)
  const peer = { kind: "ratio", peer: "fastify", least: 0.1 } as const
  expect(decide(result("higher", measured("barista", 1)), peer).met).toBe(false)
})

it("no value is rounded to nothing", () => {
  expect([0, 0.00131, 0.0999, 0.74, 3.5, 41.04, 12_008.4, Number.NaN].map(number)).toEqual(
    ["0.00", "0.0013", "0.1", "0.74", "3.50", "41.0", "12,008", "-"]
  )
})

it("the table says each ratio and which targets are not met", () => {
  const figure: FigureResult = {
    ...result("higher", measured("barista", 60), measured("node:http", 100)),
    targets: [{ kind: "ratio", peer: "node:http", least: 0.75 }, { kind: "bound", limit: 50 }]
  }
  expect(block(figure).replace(/ +/g, " ").split("\n")).toEqual([
    "A row",
    "row node:http 100 units 99.0-101 0.60",
    "row barista 60.0 units 59.0-61.0 0.75 of node:http NOT MET: 0.60; at least 50.0 units met: 60.0 units"
  ])
  expect(markdown(results(figure))).toContain("| A row | node:http | 100 units (99.0-101) | 0.60 |  |\n")
})

it("a row that was measured again replaces what it was, and the others stay", () => {
  const row = (name: string, own: number) => ({ ...result("higher", measured("barista", own)), row: name })
  const first = { ...results(row("a", 1), row("b", 1)), broken: [{ row: "c", why: "it broke" }] }
  const merged = merge(first, [results(row("b", 2)), results(row("c", 3))])
  expect(merged.figures.map(({ measured: [own], row }) => [row, own?.median])).toEqual([["a", 1], ["b", 2], ["c", 3]])
  expect(merged.broken).toEqual([])
})
