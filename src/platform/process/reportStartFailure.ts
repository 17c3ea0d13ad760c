import { HttpServerError } from "@effect/platform"
import { Cause, ConfigError, Effect, Predicate } from "effect"

/** Makes one line for each wrong setting. */
const settingLines = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or"
    ? [...settingLines(error.left), ...settingLines(error.right)]
    : [error.message]

const messageOf = (error: unknown): string =>
  Predicate.hasProperty(error, "message") && Predicate.isString(error.message) ? error.message : String(error)

/** Explains why the server cannot listen on the address, and how to avoid a port that the system reserves. */
const listenLine = (error: unknown): string =>
  `HOST, PORT: ${messageOf(error)}${
    Predicate.hasProperty(error, "code") && error.code === "EACCES"
      ? "; ports below 1024 usually need root: use a higher port, behind a proxy"
      : ""
  }`

const lines = (failure: unknown): ReadonlyArray<string> => {
  if (ConfigError.isConfigError(failure)) return settingLines(failure)
  if (failure instanceof HttpServerError.ServeError) return [listenLine(failure.cause)]
  return [messageOf(failure)]
}

/** Reports on standard error why the server could not start: a line for each reason, and a stack only for a defect. */
export const reportStartFailure = (cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Cause.isInterruptedOnly(cause)
    ? Effect.void
    : Effect.sync(() => {
      const failures = [...Cause.failures(cause)].flatMap(lines)
      const defects = [...Cause.defects(cause)].map((defect) => Cause.pretty(Cause.die(defect)))
      process.stderr.write(`barista cannot start:\n  ${[...failures, ...defects].join("\n  ")}\n`)
    })
