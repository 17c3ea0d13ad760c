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
  /** Of `lines`: their characters stand for their bytes. */
  let length = 0
  /** What is being written, before the lines. */
  let unwritten = Buffer.alloc(0)
  let refused = 0
  let isScheduled = false
  let hasEnded = false

  const add = (line: string) => {
    lines.push(line)
    length += line.length
  }

  /** Whether everything is written. A backlog is not copied: the lines behind it are made bytes once it is gone. */
  const flush = (): boolean => {
    while (unwritten.length > 0 || lines.length > 0) {
      if (unwritten.length === 0) {
        unwritten = Buffer.from(lines.join(""))
        lines = []
        length = 0
      }
      unwritten = unwritten.subarray(write(descriptor, unwritten))
      if (unwritten.length > 0) return false
      if (refused > 0) add(dropped(refused))
      refused = 0
    }
    return true
  }

  const turn = () => {
    isScheduled = !flush()
    if (isScheduled) Effect.runFork(Effect.delay(Effect.sync(turn), pause))
  }

  const end = () => {
    hasEnded = true
    for (let tries = 0; !flush() && tries < lastTries; tries++) block(pause)
  }

  const take = (line: string) => {
    if (unwritten.length + length + line.length > mostBytes) {
      refused += 1
      return
    }
    add(line)
    if (hasEnded) return end()
    if (isScheduled) return
    isScheduled = true
    setImmediate(turn)
  }

  return { add: take, end }
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
