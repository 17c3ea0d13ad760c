import { Effect } from "effect"
import { draw } from "../../src/predictions/picture.ts"
import { SimulationPool } from "../../src/predictions/SimulationPool.ts"
import * as Gallery from "../../src/simulation/gallery/Gallery.ts"
import { judge, type Lesson } from "../../src/simulation/gallery/Lesson.ts"
import type { Output } from "../demos/stage/Output.ts"
import { type Command, WrongCommand } from "./arguments.ts"
import { compared, number } from "./table.ts"

const width = 100

/** Breaks a paragraph into lines that fit a page. */
const wrapped = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}

const verdictsOf = (lesson: Lesson, runs: Parameters<typeof judge>[1]): ReadonlyArray<string> =>
  judge(lesson, runs).map(({ expected, got, holds, is, text }) =>
    `${holds ? "holds" : "FAILS"}  ${text.en} (${number(got)}, ${is} than ${number(expected)})`
  )

/** Prints the names and titles of the gallery. */
export const list = (out: Output) =>
  Effect.gen(function*() {
    for (const name of Gallery.names) {
      const { title } = yield* Gallery.lesson(name)
      out.print(`${name.padEnd(26)}${title.en}`)
    }
  })

/** Runs all variants of a lesson, prints their figures beside each other, and judges the claims. */
export const run = (name: Gallery.LessonName, { files, seeds }: Command, out: Output) =>
  Effect.gen(function*() {
    if (files.trace !== undefined) {
      return yield* new WrongCommand({ message: "--trace writes the attempts of one scenario: give its file" })
    }
    const lesson = yield* Gallery.lesson(name)
    const pool = yield* SimulationPool
    const runs = yield* Effect.forEach(lesson.variants, (variant) =>
      Effect.map(
        pool.run(variant.scenario, seeds, {
          onProgress: (done) => out.redraw?.([`${variant.name}, requests that have ended: ${done}`])
        }),
        (report) => ({ variant: variant.name, name: variant.name, result: report, report })
      ), { concurrency: 1 })
    out.redraw?.([])
    out.print(`${lesson.title.en}\n`)
    for (const text of [lesson.see.en, lesson.why.en, lesson.instead.en]) {
      for (const line of [...wrapped(text), ""]) out.print(line)
    }
    for (const { name, text } of lesson.variants) out.print(`${name.padEnd(20)}${text.en}`)
    for (const line of ["", ...compared(runs), "", ...verdictsOf(lesson, runs)]) out.print(line)
    if (files.json !== undefined) {
      const verdicts = judge(lesson, runs)
      const reports = Object.fromEntries(runs.map(({ report, variant }) => [variant, report]))
      yield* out.save(files.json, `${JSON.stringify({ lesson: name, reports, verdicts }, undefined, 2)}\n`)
    }
    if (files.svg !== undefined) yield* out.save(files.svg, draw(lesson.title.en, runs))
    if (judge(lesson, runs).some(({ holds }) => !holds)) {
      return yield* new WrongCommand({ message: `a claim of ${name} does not hold` })
    }
  })
