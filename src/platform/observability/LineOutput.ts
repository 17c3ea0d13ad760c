import { Duration, Effect, Either, Predicate, type Scope } from "effect"
import { writeSync } from "node:fs"

/** Between tries while a full pipe is not read. */
const pause = Duration.millis(10)

/** Tries at the end, for a reader that is late: a second in all. */
const lastTries = 100

const newline = 10

/** Line ends in a text, or in its bytes. */
const linesIn = (text: string | Buffer): number => {
  let count = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++
  return count
}

const isFull = (error: unknown) => Predicate.hasProperty(error, "code") && error.code === "EAGAIN"

/** Bytes that were taken: none by a pipe or terminal that is full; "lost" where nothing can be written, be it for ever. */
const write = (descriptor: number, bytes: Buffer): number | "lost" =>
  Either.getOrElse(
    Either.try(() => writeSync(descriptor, bytes)),
    (error) => (isFull(error) ? 0 : "lost")
  )

const block = (duration: Duration.Duration) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Duration.toMillis(duration))

interface Output {
  /** Takes a text of one or more lines, with its end. */
  readonly add: (text: string) => void
  /** How many lines nobody will read. */
  readonly dropped: () => number
  /** Writes what waits, at once; lines added later are written at once too. */
  readonly end: () => void
}

const output = ({ descriptor, mostBytes, notice }: Options): Output => {
  let lines: Array<string> = []
  /** Of `lines`: their characters stand for their bytes. */
  let length = 0
  /** What is being written, before the lines. */
  let unwritten = Buffer.alloc(0)
  /** Whether the bytes written last are a part of a line, of which the rest is lost. */
  let isBroken = false
  /** Whether an end for such a line is the first byte of what is being written. */
  let isMending = false
  let dropped = 0
  /** Dropped lines that a notice has told of. */
  let told = 0
  let isScheduled = false
  let hasEnded = false

  const add = (line: string) => {
    lines.push(line)
    length += line.length
  }

  const begin = () => {
    unwritten = Buffer.from(isBroken ? `\n${lines.join("")}` : lines.join(""))
    isMending = isBroken
    lines = []
    length = 0
  }

  /** Writes one piece; false where none was taken. */
  const writePiece = (): boolean => {
    const taken = write(descriptor, unwritten)
    if (taken === "lost") {
      dropped += linesIn(unwritten) - (isMending ? 1 : 0)
      unwritten = Buffer.alloc(0)
      return true
    }
    if (taken === 0) return false
    isMending = false
    isBroken = unwritten[taken - 1] !== newline
    unwritten = unwritten.subarray(taken)
    if (unwritten.length > 0 || dropped === told) return true
    add(notice(dropped - told))
    told = dropped
    return true
  }

  /** Whether everything is written. A backlog is not copied: the lines behind it are made bytes once it is gone. */
  const flush = (): boolean => {
    while (unwritten.length > 0 || lines.length > 0) {
      if (unwritten.length === 0) begin()
      if (!writePiece()) return false
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
      dropped += linesIn(line)
      return
    }
    add(line)
    if (hasEnded) return end()
    if (isScheduled) return
    isScheduled = true
    setImmediate(turn)
  }

  return { add: take, dropped: () => dropped, end }
}

interface Options {
  readonly descriptor: number
  /** Bytes that wait for a late reader at most; beyond it lines are dropped. */
  readonly mostBytes: number
  /** The line that tells, once somebody reads again, how many lines were dropped. */
  readonly notice: (count: number) => string
}

/**
 * Writes lines to a file descriptor, those of one turn of the event loop in one system call. No reader delays the process: up to `mostBytes`
 * wait for one that is late, then lines are dropped, as is what a full disk or a reader that has left refuses. A line of its own tells how many.
 * The end of the scope writes what still waits, and so does the end of the process, be it by an uncaught failure.
 *
 * sonic-boom 5 was tried. Its synchronous writes sleep on the event loop while a pipe is full, its asynchronous ones occupy the threads that
 * file calls need, and it keeps what a full disk has refused.
 */
export const make = (options: Options): Effect.Effect<Pick<Output, "add" | "dropped">, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const made = output(options)
      process.on("exit", made.end)
      return made
    }),
    ({ end }) =>
      Effect.sync(() => {
        process.off("exit", end)
        end()
      })
  )
