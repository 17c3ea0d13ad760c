import { Clock, Duration, Effect, Stream } from "effect"
import { opendir, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { fileCall } from "./fileCall.ts"

/** Names that are asked about at once. */
const batch = 500

const namesIn = (folder: string) =>
  Stream.unwrap(
    Effect.map(
      fileCall(() => opendir(folder)),
      (entries) => Stream.fromAsyncIterable(entries, (cause) => cause)
    )
  ).pipe(Stream.map(({ name }) => name), Stream.orDie)

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
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const removeIfStale = (name: string) =>
      Effect.flatMap(ageOf(join(folder, name), now), (old) =>
        old > Duration.toMillis(age)
          ? Effect.as(Effect.orDie(fileCall(() => rm(join(folder, name), { force: true }))), 1)
          : Effect.succeed(0))
    return namesIn(folder).pipe(
      Stream.rechunk(batch),
      Stream.chunks,
      Stream.mapEffect((chunk) => {
        const names = [...chunk]
        return Effect.map(known(names), (kept) => names.filter((name) => !kept.has(name)))
      }),
      Stream.mapConcat((names) => names),
      Stream.mapEffect(removeIfStale),
      Stream.runSum
    )
  })
