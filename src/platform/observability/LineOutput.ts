// sonic-boom 5.0.2 was tried, synchronous, with `retryEAGAIN` false so that it never sleeps. The library passes all
// tests but two. Lines that a full disk or a closed reader has rejected stay in its buffer, and no call discards them.
// Such lines are not counted until the whole backlog waits, and lines that wait at the end are lost uncounted.
// sonic-boom took 1.4 to 1.9 times as long.
import { Duration, Effect, Either, Predicate, type Scope } from "effect"
import { writeSync } from "node:fs"

/** Pause between tries while a pipe is full. */
const pause = Duration.millis(10)

/** Tries at the end for a late reader, one second in all. */
const lastTries = 100

const newline = 10

/** Counts line ends in a text, or in its bytes. */
const linesIn = (text: string | Buffer): number => {
  let count = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++
  return count
}

const isFull = (error: unknown) => Predicate.hasProperty(error, "code") && error.code === "EAGAIN"

/**
 * Writes bytes, and returns the number taken: 0 for a full pipe or terminal. "lost" means that the descriptor takes
 * nothing, now or ever.
 */
const write = (descriptor: number, bytes: Buffer): number | "lost" =>
  Either.getOrElse(
    Either.try(() => writeSync(descriptor, bytes)),
    (error) => (isFull(error) ? 0 : "lost")
  )

const block = (duration: Duration.Duration) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Duration.toMillis(duration))

interface Output {
  /** Takes a text of complete lines. */
  readonly add: (text: string) => void
  /** Lines dropped so far. */
  readonly dropped: () => number
  /** Writes all waiting lines at once, and every later line at once too. */
  readonly end: () => void
}

const output = ({ descriptor, mostBytes, notice }: Options): Output => {
  let lines: Array<string> = []
  /** Characters in `lines`, as an estimate of their bytes. */
  let length = 0
  /** Bytes being written, ahead of `lines`. */
  let unwritten = Buffer.alloc(0)
  /** True if the last written bytes are part of a line whose rest is lost. */
  let isBroken = false
  /** True if the first byte being written is a line end for such a line. */
  let isMending = false
  let dropped = 0
  /** Dropped lines that a notice has reported. */
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

  /** Writes one piece; false if no byte was taken. */
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

  /**
   * Writes everything; false if a backlog remains. The backlog is not copied, and later lines become bytes only after
   * the backlog.
   */
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
  /** Limit of bytes that wait for a late reader. Further lines are dropped. */
  readonly mostBytes: number
  /** Makes the line that reports the number of dropped lines, once the reader reads again. */
  readonly notice: (count: number) => string
}

/**
 * Writes lines to a file descriptor, all lines of one turn of the event loop in one system call. A slow reader never
 * delays the process. Up to `mostBytes` wait for the reader, and further lines are dropped, as are lines that a full
 * disk or a closed reader rejects. A notice reports the number of dropped lines. The end of the scope flushes the
 * waiting lines, and so does the end of the process, even after an uncaught failure.
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
