import { Cause, Effect, Exit } from "effect"
import { runUntilSignal } from "../src/platform/process/runUntilSignal.ts"
import { givenArguments } from "./command/givenArguments.ts"
import { stopWhenReaderLeaves } from "./command/stopWhenReaderLeaves.ts"
import { catalogue } from "./demos/stage/Catalogue.ts"
import * as CommandLine from "./demos/stage/CommandLine.ts"
import { terminal } from "./demos/stage/terminal.ts"

stopWhenReaderLeaves()

CommandLine.run(
  catalogue,
  givenArguments(process.argv.slice(2), "virtual", process.env),
  terminal(process.stdout, process.stderr, process.env)
).pipe(
  // sets the code without exiting: a process that does not end by itself has left something running
  Effect.tap((code) => Effect.sync(() => (process.exitCode = code))),
  runUntilSignal({
    disablePrettyLogger: true,
    // an interrupted run is no success: 130, as in shells
    teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) ? 0 : Cause.isInterruptedOnly(exit.cause) ? 130 : 1)
  })
)
