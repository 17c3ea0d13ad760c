import { Array, Context, Duration, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import type { Overloaded } from "../domain/Problem.ts"
import { localized, text } from "../domain/Text.ts"
import { traced } from "../platform/observability/Tracing.ts"
import { BlockingLoop } from "../platform/workers/blocking/BlockingLoop.ts"
import { inSeconds } from "../platform/workers/blocking/EventLoop.ts"
import type { BlockingMultipleAnswer, BlockingSlowAnswer, MultipleAnswer, SlowAnswer } from "./Api.ts"
import { secondsText } from "./secondsText.ts"

/** The number of tasks that `syncMultiple` and `asyncMultiple` run: the handbook's, unless another one is provided. */
export class TaskCount extends Context.Reference<TaskCount>()("barista/basics/TaskCount", { defaultValue: () => 3 }) {}

const resultOf = (task: number) => localized(text(`Tâche ${task} terminée`, `Task ${task} done`))

const syncDone = text("Traitement sync terminé", "Sync processing done")
const asyncDone = text("Traitement async terminé", "Async processing done")

interface Opening {
  readonly runSync: Effect.Effect<void, Overloaded>
  readonly runAsync: Effect.Effect<void>
}

/** The two programs that open the handbook: two tasks of the same duration, in sequence and concurrently. */
const opening = (loop: Context.Tag.Service<BlockingLoop>, each: Duration.Duration): Opening => {
  const total = (duration: Duration.Duration, [first, second]: readonly [string, string]) =>
    Effect.logInfo(`Total: ${secondsText(duration).fr} pour ${first} et ${second}`)

  const syncTask = Effect.fn("Basics.syncTask")(function*() {
    yield* loop.sleep({ times: 1, each, begun: Effect.logInfo("Début tâche sync") })
    yield* Effect.logInfo("Fin tâche sync")
    return "Résultat sync"
  })

  const asyncTask = Effect.fn("Basics.asyncTask")(function*() {
    yield* Effect.logInfo("Début tâche async")
    yield* Effect.sleep(each)
    yield* Effect.logInfo("Fin tâche async")
    return "Résultat async"
  })

  const runSync = Effect.fn("Basics.runSync")(function*() {
    yield* Effect.logInfo("=== SYNCHRONE ===")
    const results = yield* Effect.all([syncTask(), syncTask()], { concurrency: 1 })
    yield* total(Duration.times(each, 2), results)
  })

  const runAsync = Effect.fn("Basics.runAsync")(function*() {
    yield* Effect.logInfo("=== ASYNCHRONE ===")
    const results = yield* Effect.all([asyncTask(), asyncTask()], { concurrency: 2 })
    yield* total(each, results)
  })

  return { runSync: runSync(), runAsync: runAsync() }
}

/**
 * The handbook's « Concepts de base » and « FastAPI avec Async/Await »: the same work, blocking the sacrificial event
 * loop and asynchronous. Lines that the handbook prints are logged in its French, at the moment they happen.
 */
export class Basics extends Context.Tag("barista/basics/Basics")<
  Basics,
  Opening & {
    /** Blocks the sacrificial event loop for `slowDuration`. */
    readonly syncSlow: Effect.Effect<BlockingSlowAnswer, Overloaded>
    /** Sleeps for `slowDuration`. */
    readonly asyncSlow: Effect.Effect<SlowAnswer>
    /**
     * Runs the tasks, each blocking the sacrificial event loop for `taskDuration`; no other call runs between them.
     */
    readonly syncMultiple: Effect.Effect<BlockingMultipleAnswer, Overloaded>
    /** Runs the tasks concurrently, each asleep for `taskDuration`. */
    readonly asyncMultiple: Effect.Effect<MultipleAnswer>
  }
>() {
  static readonly layer = Layer.effect(
    Basics,
    Effect.gen(function*() {
      const { openingTaskDuration, slowDuration, taskDuration } = yield* AppConfig
      const loop = yield* BlockingLoop
      const tasks = Array.range(1, yield* TaskCount)

      const syncSlow = Effect.fn("Basics.syncSlow")(function*() {
        const begun = Effect.logInfo("Début traitement sync...")
        const { eventLoop } = yield* loop.sleep({ times: 1, each: slowDuration, begun })
        yield* Effect.logInfo("Fin traitement sync")
        return { message: yield* localized(syncDone), eventLoop: inSeconds(eventLoop) }
      })

      const asyncSlow = Effect.logInfo("Début traitement async...").pipe(
        Effect.zipRight(Effect.sleep(slowDuration)),
        Effect.zipRight(Effect.logInfo("Fin traitement async")),
        Effect.zipRight(Effect.map(localized(asyncDone), (message) => ({ message }))),
        traced("Basics.asyncSlow")
      )

      const syncMultiple = Effect.fn("Basics.syncMultiple")(function*() {
        const { eventLoop } = yield* loop.sleep({ times: tasks.length, each: taskDuration })
        return {
          results: yield* Effect.forEach(tasks, resultOf, { concurrency: 1 }),
          duration: yield* localized(secondsText(Duration.times(taskDuration, tasks.length))),
          eventLoop: inSeconds(eventLoop)
        }
      })

      const task = Effect.fn("Basics.task")((number: number) =>
        Effect.zipRight(Effect.sleep(taskDuration), resultOf(number))
      )

      const asyncMultiple = Effect.fn("Basics.asyncMultiple")(function*() {
        return {
          results: yield* Effect.forEach(tasks, task, { concurrency: "unbounded" }),
          duration: yield* localized(secondsText(taskDuration))
        }
      })

      return {
        ...opening(loop, openingTaskDuration),
        syncSlow: syncSlow(),
        asyncSlow,
        syncMultiple: syncMultiple(),
        asyncMultiple: asyncMultiple()
      }
    })
  )
}
