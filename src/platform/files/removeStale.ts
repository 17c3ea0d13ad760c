import { Clock, Duration, Effect } from "effect"
import type { Dir } from "node:fs"
import { opendir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { fileCall } from "./fileCall.ts"

/** Names that are asked about at once. */
const batch = 500

/** So many further names of an open folder; none at its end. */
const nextNames = (folder: Dir) =>
  fileCall(async () => {
    const names: Array<string> = []
    while (names.length < batch) {
      const entry = await folder.read()
      if (entry === null) return names
      names.push(entry.name)
    }
    return names
  })

const ageOf = (path: string, now: number) =>
  Effect.tryPromise(() => stat(path)).pipe(
    Effect.map(({ mtimeMs }) => now - mtimeMs),
    // removed meanwhile: as young as can be
    Effect.orElseSucceed(() => Number.NEGATIVE_INFINITY)
  )

/**
 * Removes the files of a folder that are not known and were last written longer ago than `age`; answers how many. However many files
 * there are, it holds the names of at most 500.
 */
export const removeStale = <E>(
  folder: string,
  age: Duration.Duration,
  known: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, E>
): Effect.Effect<number, E> =>
  Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const open = yield* Effect.acquireRelease(
      Effect.orDie(fileCall(() => opendir(folder))),
      (open) => Effect.orDie(fileCall(() => open.close()))
    )
    const removeIfStale = Effect.fnUntraced(function*(name: string) {
      const path = join(folder, name)
      if ((yield* ageOf(path, now)) <= Duration.toMillis(age)) return 0
      yield* Effect.orDie(fileCall(() => rm(path, { force: true })))
      return 1
    })
    let removed = 0
    let names = yield* Effect.orDie(nextNames(open))
    while (names.length > 0) {
      const kept = yield* known(names)
      for (const name of names) removed += kept.has(name) ? 0 : yield* removeIfStale(name)
      names = yield* Effect.orDie(nextNames(open))
    }
    return removed
  }).pipe(Effect.scoped)
