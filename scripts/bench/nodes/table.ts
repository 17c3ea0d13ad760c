// The table of a comparison, as Markdown.
import { number } from "../report/format.ts"
import { median } from "../report/statistics.ts"
import type { Evidence } from "./Evidence.ts"
import type { Outcome } from "./loads.ts"

/** A measurement of one contender under one load. */
export interface Sample {
  readonly outcome: Outcome
  readonly evidence: Evidence
}

/** All measurements of one contender under one load. */
export interface Measured {
  readonly contender: string
  readonly servers: number
  readonly samples: ReadonlyArray<Sample>
}

export interface Block {
  readonly load: string
  readonly measured: ReadonlyArray<Measured>
}

/** The share of a core from which a process of node, which has one thread for requests, is busy all the time. */
const busy = 0.9

/** The share of a core that is idle where no processor is left. */
const spare = 0.2

/** Sessions that wait for the same from which it is named as a limit. */
const noticeable = 0.5

const middle = ({ samples }: Measured, of: (sample: Sample) => number) => median(samples.map(of))

const core = (value: number) => value.toFixed(2)

/** Sessions of the database that do something or wait for something, most first. */
const sessionsOf = ({ samples }: Measured): ReadonlyArray<readonly [string, number]> => {
  const names = new Set(samples.flatMap(({ evidence }) => [...evidence.sessions.keys()]))
  return [...names]
    .map((name) => [name, median(samples.map(({ evidence }) => evidence.sessions.get(name) ?? 0))] as const)
    .filter(([, sessions]) => sessions >= 0.1)
    .toSorted(([, one], [, other]) => other - one)
}

/** Names the limits, as far as the processors and the waits of the sessions tell. */
const limitOf = (measured: Measured, cores: number): string => {
  const share = (of: (evidence: Evidence) => number) =>
    middle(measured, ({ evidence }) => of(evidence) / evidence.seconds)
  const waits = sessionsOf(measured).filter(([name, sessions]) =>
    sessions >= noticeable && name !== "running" && name !== "between statements"
  )
  return [
    ...(share(({ nodes }) => nodes) / measured.servers >= busy ? ["the server's thread"] : []),
    ...(share(({ idle }) => idle) <= spare ? [`all ${cores} processors`] : []),
    ...waits.map(([name, sessions]) => `${number(sessions)} sessions in ${name}`)
  ].join("; ")
}

const cells = (texts: ReadonlyArray<string>): string => `| ${texts.join(" | ")} |`

/** Renders a load: a line for each contender. */
const linesOf = ({ load, measured }: Block, cores: number): ReadonlyArray<string> => {
  const base = measured[0]
  const rateOf = (sample: Sample) => Object.values(sample.outcome.rates)[0] ?? 0
  return measured.map((each, place) => {
    const rates = Object.keys(each.samples[0]?.outcome.rates ?? {}).map((name) =>
      `${number(middle(each, ({ outcome }) => outcome.rates[name] ?? 0))}${name === "done" ? "" : ` ${name}`}`
    )
    const milliseconds = (of: (evidence: Evidence) => number) =>
      number(middle(each, ({ evidence, outcome }) => of(evidence) * 1000 / outcome.operations))
    const failed = each.samples.reduce((sum, { outcome }) => sum + outcome.failed, 0)
    return cells([
      place === 0 ? load : "",
      each.contender,
      `${rates.join(", ")}${failed === 0 ? "" : `; ${failed} failed`}`,
      base === undefined ? "" : (middle(each, rateOf) / middle(base, rateOf)).toFixed(2),
      `${number(middle(each, ({ outcome }) => outcome.p50))} / ${number(middle(each, ({ outcome }) => outcome.p99))}`,
      `${milliseconds(({ nodes }) => nodes)} / ${milliseconds(({ database }) => database)}`,
      [
        middle(each, ({ evidence }) => evidence.nodes / evidence.seconds),
        middle(each, ({ evidence }) => evidence.database / evidence.seconds),
        middle(each, ({ evidence }) => evidence.clients / evidence.seconds)
      ].map(core).join(" / "),
      limitOf(each, cores)
    ])
  })
}

/** Renders the table. */
export const markdown = (blocks: ReadonlyArray<Block>, cores: number): string =>
  [
    cells([
      "",
      "servers",
      "a second",
      "of SQLite's",
      "p50 / p99, ms",
      "processor, ms each: servers / database",
      "cores: servers / database / clients",
      "the limit"
    ]),
    cells(["---", "---", "---:", "---:", "---:", "---:", "---:", "---"]),
    ...blocks.flatMap((block) => linesOf(block, cores))
  ].join("\n")

/** Renders the sessions of the database under each load. */
export const sessions = (blocks: ReadonlyArray<Block>): string =>
  blocks.flatMap(({ load, measured }) =>
    measured.filter((each) => sessionsOf(each).length > 0).map((each) =>
      `${load}, ${each.contender}: ${sessionsOf(each).map(([name, count]) => `${name} ${number(count)}`).join(", ")}`
    )
  ).join("\n")
