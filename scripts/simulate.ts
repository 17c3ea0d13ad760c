import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { SimulationPool } from "../src/predictions/SimulationPool.ts"
import { commandLine } from "./command/commandLine.ts"
import { terminal } from "./demos/stage/terminal.ts"
import { run } from "./simulate/command.ts"

const mostThreads = 64

// `npm run simulate -- FILE.json`: runs a scenario in virtual time and prints its figures
commandLine(
  run(
    process.argv.slice(2),
    (file) => readFileSync(file, "utf8"),
    terminal(process.stdout, process.stderr, process.env)
  )
    .pipe(Effect.provide(SimulationPool.layerWith(Math.min(availableParallelism(), mostThreads), mostThreads)))
)
