import { Clock, Duration, Effect } from "effect"
import type { Dir } from "node:fs"
import { opendir, stat } from "node:fs/promises"
import { join } from "node:path"
import { fileCall } from "./fileCall.ts"
import { removeFile } from "./WriteFile.ts"

/** Names looked up at once. */
const batch = 500

/** Finds the known names among the given ones, at most 500. */
export type Known<E> = (names: ReadonlyArray<string>) => Effect.Effect<ReadonlySet<string>, E>

/** Reads the next names of an open folder; an empty list at its end. */
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

/** True if a file was last written longer ago than `age`; false if the file was removed meanwhile. */
const isOlder = (path: string, age: Duration.Duration): Effect.Effect<boolean> =>
  Effect.zipWith(
    Effect.tryPromise(() => stat(path)),
    Clock.currentTimeMillis,
    ({ mtimeMs }, now) => now - mtimeMs > Duration.toMillis(age)
  ).pipe(
    Effect.orElseSucceed(() => false)
  )

/**
 * Visits each name of a folder, holding at most 500 names in memory, and returns the number of visits that were true.
 */
export const count = <E>(
  folder: string,
  known: Known<E>,
  visit: (path: string, name: string, isKnown: boolean) => Effect.Effect<boolean>
): Effect.Effect<number, E> =>
  Effect.gen(function*() {
    const open = yield* Effect.acquireRelease(
      Effect.orDie(fileCall(() => opendir(folder))),
      (open) => Effect.orDie(fileCall(() => open.close()))
    )
    let counted = 0
    let names = yield* Effect.orDie(nextNames(open))
    while (names.length > 0) {
      const kept = yield* known(names)
      for (const name of names) counted += (yield* visit(join(folder, name), name, kept.has(name))) ? 1 : 0
      names = yield* Effect.orDie(nextNames(open))
    }
    return counted
  }).pipe(Effect.scoped)

/** Removes the files of a folder that are older than `age`, unless they are known. Returns their number. */
export const removeOlder = <E = never>(
  folder: string,
  age: Duration.Duration,
  known: Known<E> = () => Effect.succeed(new Set())
): Effect.Effect<number, E> =>
  count(folder, known, (path, _, isKnown) =>
    Effect.flatMap(
      isKnown ? Effect.succeed(false) : isOlder(path, age),
      (abandoned) => abandoned ? Effect.as(removeFile(path), true) : Effect.succeed(false)
    ))
