import { FileSystem } from "@effect/platform"
import { Duration, Effect, Order } from "effect"

const small = new Uint8Array(4096)

/**
 * Runs an effect while writing and syncing 4 KiB of a separate file repeatedly, which shows a stalled disk whatever the
 * server does. Returns the ascending milliseconds of each sync.
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
