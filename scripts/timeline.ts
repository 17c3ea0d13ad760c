import { Either } from "effect"
import { readFileSync } from "node:fs"
import { commandLine } from "./command/commandLine.ts"
import { run } from "./demos/stage/SavedTimelines.ts"
import { terminal } from "./demos/stage/terminal.ts"

const load = (file: string) =>
  Either.try({
    try: () => readFileSync(file, "utf8"),
    catch: (error) => ({ message: `cannot read ${file}: ${error instanceof Error ? error.message : error}` })
  })

// `npm run timeline -- FILE [FILE]`: draws saved timelines, two of them on one axis
commandLine(run(process.argv.slice(2), load, terminal(process.stdout, process.stderr, process.env)))
