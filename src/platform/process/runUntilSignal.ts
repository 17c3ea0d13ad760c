import * as Runtime from "@effect/platform/Runtime"
import { Duration, Effect } from "effect"

/** Signals that ask for a stop: Ctrl-C, a service manager, a closed terminal. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/**
 * Time within which a further signal counts as the same one. A terminal sends Ctrl-C to npm too, which passes the
 * signal on.
 */
const moment = Duration.seconds(1)

const run = Runtime.makeRunMain(({ fiber, teardown }) => {
  let stoppingSince: number | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now()
    if (stoppingSince === undefined) {
      stoppingSince = now
      fiber.unsafeInterruptAsFork(fiber.id())
    } else if (now - stoppingSince >= Duration.toMillis(moment)) {
      release()
      process.kill(process.pid, signal)
    }
  }
  const release = () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  fiber.addObserver((exit) => {
    teardown(exit, (code) => {
      if (stoppingSince !== undefined || code !== 0) process.exit(code)
      release()
    })
  })
})

interface Options {
  readonly disableErrorReporting?: boolean
  readonly disablePrettyLogger?: boolean
  readonly teardown?: Runtime.Teardown
}

/**
 * Runs a program until it ends or a signal interrupts it, and exits with its code: 0 for a stop. A second signal ends
 * the process at once. `NodeRuntime.runMain` would take npm's second SIGINT for a user's second Ctrl-C, and does not
 * handle SIGHUP.
 */
export const runUntilSignal = (options: Options) => <A, E>(effect: Effect.Effect<A, E>): void =>
  // The first step yields a turn, so that a signal finds its listener before the program opens anything.
  run(Effect.zipRight(Effect.yieldNow(), effect), options)
