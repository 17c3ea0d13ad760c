import { HttpApiEndpoint, HttpApiGroup } from "@effect/platform"
import { Schema } from "effect"
import { Overloaded } from "../domain/Problem.ts"
import { documented } from "../platform/http/contract/documented.ts"
import { EventLoop } from "../platform/workers/blocking/EventLoop.ts"

export const SlowAnswer = Schema.Struct({
  message: Schema.String.annotations({ examples: ["Traitement async terminé"] })
})
export type SlowAnswer = typeof SlowAnswer.Type

export const BlockingSlowAnswer = Schema.Struct({
  message: Schema.String.annotations({ examples: ["Traitement sync terminé"] }),
  eventLoop: EventLoop
})
export type BlockingSlowAnswer = typeof BlockingSlowAnswer.Type

/** The results in the order of the tasks, with their total time. */
export const MultipleAnswer = Schema.Struct({
  results: Schema.Array(Schema.String).annotations({
    examples: [["Tâche 1 terminée", "Tâche 2 terminée", "Tâche 3 terminée"]]
  }),
  duration: Schema.String.annotations({ examples: ["1 seconde"] })
})
export type MultipleAnswer = typeof MultipleAnswer.Type

export const BlockingMultipleAnswer = Schema.Struct({
  ...MultipleAnswer.fields,
  duration: Schema.String.annotations({ examples: ["3 secondes"] }),
  eventLoop: EventLoop
})
export type BlockingMultipleAnswer = typeof BlockingMultipleAnswer.Type

/** The handbook's « FastAPI avec Async/Await »: the same work, blocking and asynchronous. */
export const BasicsApi = HttpApiGroup.make("basics")
  .add(
    HttpApiEndpoint.get("syncSlow", "/sync-slow")
      .addSuccess(BlockingSlowAnswer)
      .addError(Overloaded)
      .annotateContext(documented(
        "A slow operation that blocks",
        "Blocks a whole event loop for 3 s: the sacrificial one in a thread of its own, not the server's. Calls queue there."
      ))
  )
  .add(
    HttpApiEndpoint.get("asyncSlow", "/async-slow")
      .addSuccess(SlowAnswer)
      .annotateContext(documented(
        "A slow operation that waits",
        "Sleeps for 3 s and blocks nothing: any number of concurrent calls take 3 s together."
      ))
  )
  .add(
    HttpApiEndpoint.get("syncMultiple", "/sync-multiple")
      .addSuccess(BlockingMultipleAnswer)
      .addError(Overloaded)
      .annotateContext(documented(
        "Three tasks, one after the other",
        "Blocks the sacrificial event loop three times for 1 s."
      ))
  )
  .add(
    HttpApiEndpoint.get("asyncMultiple", "/async-multiple")
      .addSuccess(MultipleAnswer)
      .annotateContext(documented("Three tasks at once", "Each sleeps for 1 s; all three together take 1 s too."))
  )
  .annotateContext(documented("Basics", "Blocking, waiting, and the cost of the difference."))
