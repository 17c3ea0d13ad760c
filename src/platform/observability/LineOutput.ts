import { Duration, Effect, Either, Predicate, type Scope } from "effect"
import { writeSync } from "node:fs"

/** Between tries while a full pipe is not read. */
const pause = Duration.millis(10)

/** Tries at the end, for a reader that is late: a second in all. */
const lastTries = 100

const isFull = (error: unknown) => Predicate.hasProperty(error, "code") && error.code === "EAGAIN"

/** How many bytes were taken: none by a pipe that is full, all where nobody reads any more. */
const write = (descriptor: number, bytes: Buffer): number =>
  Either.getOrElse(
    Either.try(() => writeSync(descriptor, bytes)),
    (error) => (isFull(error) ? 0 : bytes.length)
  )

const block = (duration: Duration.Duration) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Duration.toMillis(duration))

const dropped = (count: number) => `{"message":"${count} log lines were dropped: nobody read them","logLevel":"WARN"}\n`

interface Output {
  /** Takes a line, with its end. */
  readonly add: (line: string) => void
  /** Writes what waits, at once; lines added later are written at once too. */
  readonly end: () => void
}

const output = (descriptor: number, mostBytes: number): Output => {
  let lines: Array<string> = []
  let unwritten = Buffer.alloc(0)
  /** Of both; the characters of the lines stand for their bytes. */
  let waiting = 0
  let refused = 0
  let isScheduled = false
  let hasEnded = false

  /** Whether everything is written. */
  const flush = (): boolean => {
    unwritten = Buffer.concat([unwritten, Buffer.from(lines.join(""))])
    lines = []
    unwritten = unwritten.subarray(write(descriptor, unwritten))
    waiting = unwritten.length
    if (waiting > 0 || refused === 0) return waiting === 0
    lines.push(dropped(refused))
    refused = 0
    return flush()
  }

  const turn = () => {
    isScheduled = !flush()
    if (isScheduled) Effect.runFork(Effect.delay(Effect.sync(turn), pause))
  }

  const end = () => {
    hasEnded = true
    for (let tries = 0; !flush() && tries < lastTries; tries++) block(pause)
  }

  const add = (line: string) => {
    if (waiting + line.length > mostBytes) {
      refused += 1
      return
    }
    lines.push(line)
    waiting += line.length
    if (hasEnded) return end()
    if (isScheduled) return
    isScheduled = true
    setImmediate(turn)
  }

  return { add, end }
}

/**
 * Writes lines to a file descriptor, those of one turn of the event loop in one system call. A reader that is late delays nobody: up to
 * `mostBytes` wait for it, then lines are dropped, and counted in a line of their own. The end of the scope writes what still waits, and so
 * does the end of the process, be it by an uncaught failure.
 */
export const make = (
  descriptor: number,
  mostBytes: number
): Effect.Effect<(line: string) => void, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const { add, end } = output(descriptor, mostBytes)
        process.on("exit", end)
        return { add, end }
      }),
      ({ end }) =>
        Effect.sync(() => {
          process.off("exit", end)
          end()
        })
    ),
    ({ add }) => add
  )
