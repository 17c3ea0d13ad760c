// The server as its next version might be: with one more kind of job. NOVELTIES of its jobs are accepted at the start.
import { Config, Effect, Layer, Schema } from "effect"
import * as Job from "../../../../src/platform/jobs/Job.ts"
import { JobKinds, Jobs } from "../../../../src/platform/jobs/Jobs.ts"

const Novelty = Job.type("novelty", Schema.Struct({ n: Schema.Int }))

const kind = Job.kind(Novelty, [{ name: "work", policy: "create-profile", run: () => Effect.sleep("100 millis") }])

const knowing = Layer.provide(
  Jobs.layer,
  Layer.effect(JobKinds, Effect.map(JobKinds, (kinds) => [...kinds, kind]))
)

const accept = Effect.gen(function*() {
  const jobs = yield* Jobs
  const count = yield* Config.withDefault(Config.integer("NOVELTIES"), 0)
  yield* Effect.forEach(Array.from({ length: count }, (_, n) => n), (n) => jobs.enqueue(Novelty, { n }), {
    discard: true
  })
})

// The parts list of the server takes this layer; no seam of the product is there for a drill alone.
Reflect.defineProperty(Jobs, "layer", {
  value: Layer.provideMerge(Layer.effectDiscard(Effect.orDie(accept)), knowing)
})
