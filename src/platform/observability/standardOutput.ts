import { Effect, Either, type Scope } from "effect"
import { closeSync, constants, fstatSync, openSync } from "node:fs"
import { isatty } from "node:tty"

const descriptor = 1

/** A file is not opened anew: it would be written from its beginning. A socket cannot be. */
const canStandStill = () => isatty(descriptor) || fstatSync(descriptor).isFIFO()

/** Opens the terminal or pipe once more, without waits, for this process alone: a flag of the one it has is its other users' too. */
const openOwn = (): number =>
  openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)

/**
 * A descriptor of standard output whose writes never wait for a reader, until the scope closes. Where there is no `/proc` or no right to open
 * it anew, it is node's, which does not wait for pipes.
 */
export const standardOutput: Effect.Effect<number, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => Either.try(() => (canStandStill() ? openOwn() : undefined))),
    (own) => Effect.sync(() => void Either.map(own, (opened) => opened === undefined ? undefined : closeSync(opened)))
  ),
  (own) => Either.getOrElse(own, () => undefined) ?? process.stdout.fd
)
