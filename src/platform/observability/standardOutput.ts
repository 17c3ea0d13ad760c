import { Effect, Either, type Scope } from "effect"
import { closeSync, constants, fstatSync, openSync } from "node:fs"
import { isatty } from "node:tty"

const descriptor = 1

/**
 * True for terminals and pipes, which can be full. A file must not be opened again, because writing would start at its
 * beginning. A socket cannot be opened again.
 */
const canStandStill = () => isatty(descriptor) || fstatSync(descriptor).isFIFO()

/**
 * Opens the terminal or pipe again, non-blocking, for this process alone. A flag on the inherited descriptor would also
 * affect its other users.
 */
const openOwn = (): number =>
  openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)

/**
 * Opens a descriptor of standard output whose writes never wait for a reader, until the scope closes. Without `/proc`,
 * or the right to open it, uses node's descriptor, which does not wait for pipes.
 */
export const standardOutput: Effect.Effect<number, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => Either.try(() => (canStandStill() ? openOwn() : undefined))),
    (own) => Effect.sync(() => void Either.map(own, (opened) => opened === undefined ? undefined : closeSync(opened)))
  ),
  (own) => Either.getOrElse(own, () => undefined) ?? process.stdout.fd
)
