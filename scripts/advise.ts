import { readFileSync } from "node:fs"
import { run } from "./advise/command.ts"
import { commandLine } from "./command/commandLine.ts"
import { terminal } from "./demos/stage/terminal.ts"

// `npm run advise -- FILE.json`: advises a policy for the upstream that the file describes
commandLine(
  run(
    process.argv.slice(2),
    (file) => readFileSync(file, "utf8"),
    terminal(process.stdout, process.stderr, process.env)
  )
)
