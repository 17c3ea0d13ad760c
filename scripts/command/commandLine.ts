import { ConfigError, Console, Effect } from "effect"
import { runUntilSignal } from "../../src/platform/process/runUntilSignal.ts"
import { stopWhenReaderLeaves } from "./stopWhenReaderLeaves.ts"

/** Runs a command. A failure prints one line on standard error and sets exit code 1. */
export const commandLine = <A>(
  command: Effect.Effect<A, { readonly message: string } | ConfigError.ConfigError>
): void => {
  stopWhenReaderLeaves()
  command.pipe(
    Effect.tapError((failure) => Console.error(ConfigError.isConfigError(failure) ? String(failure) : failure.message)),
    runUntilSignal({ disableErrorReporting: true })
  )
}
