import { FileSystem } from "@effect/platform"
import { Duration, Effect, Order } from "effect"

const small = new Uint8Array(4096)

/**
 * Runs an effect, and beside it, again and again, writes 4 KiB of a file of its own and waits until they are on the disk: what a disk that
 * stalls does to every program, whatever the server does. Answers the milliseconds of each, ascending.
 */
export const syncingDuring = Effect.fnUntraced(function*<A, E, R>(during: Effect.Effect<A, E, R>) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(yield* fs.makeTempFileScoped({ prefix: "barista-bench-" }), { flag: "w" })
  const took: Array<number> = []
  const once = Effect.zipRight(file.writeAll(small), file.sync).pipe(
    Effect.timed,
    Effect.map(([duration]) => took.push(Duration.toMillis(duration)))
  )
  const result = yield* Effect.raceFirst(during, Effect.forever(Effect.delay(once, "20 millis")))
  return { result, syncs: took.toSorted(Order.number) }
}, Effect.scoped)
