import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Layer, Queue, Scope } from "effect"
import type { Values } from "../../src/AppConfig.ts"
import type { JobDetails } from "../../src/platform/jobs/record/JobView.ts"
import { alice, idOf, instantly, mailedBy } from "../support/Background.ts"
import * as TestDatabase from "../support/Database.ts"
import * as Smtp from "../support/SmtpServer.ts"
import { TestServer } from "../support/TestServer.ts"

/** Starts one server after another on one folder. */
const folder = Effect.map(
  Effect.all({
    dataDir: Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "barista-" })),
    databaseUrl: TestDatabase.place
  }, { concurrency: 1 }),
  (data) =>
    Effect.fnUntraced(function*(settings: Partial<Values>) {
      const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
      const server = TestServer.layer({ ...instantly, jobsPollInterval: Duration.millis(20), ...settings, ...data })
      const { client, send } = yield* Effect.map(Layer.buildWithScope(server, scope), Context.get(TestServer))
      const { background } = yield* client
      return {
        register: Effect.map(background.registerUser({ payload: { email: alice } }), idOf),
        job: (id: ReturnType<typeof idOf>) => background.get({ path: { id } }),
        /** Reads the job's stream, which ends with the job. */
        ended: (id: ReturnType<typeof idOf>) =>
          Effect.zipRight(
            send("GET", `/jobs/${id}`, { headers: { accept: "text/event-stream" } }),
            background.get({ path: { id } })
          ),
        stop: Scope.close(scope, Exit.void)
      }
    })
)

/** Waits until the mail server reaches a stage. */
const arrival = (reached: Queue.Dequeue<Smtp.Stage>, stage: Smtp.Stage): Effect.Effect<void> =>
  Effect.flatMap(Queue.take(reached), (one) => one === stage ? Effect.void : arrival(reached, stage))

const listed = ({ activities }: JobDetails) => activities.map(({ attempts }) => attempts.map(({ outcome }) => outcome))

describe("a server that stops with a job at work", () => {
  it.scopedLive("abandons an hour's work after its time, and the next server on its folder finishes the work", () =>
    Effect.gen(function*() {
      const start = yield* folder
      const first = yield* start({ mailDuration: Duration.hours(1), jobsStopTimeout: Duration.millis(50) })
      const id = yield* first.register
      const atWork = [[null], ["succeeded"], ["succeeded"]]
      yield* Effect.repeat(first.job(id), { until: (job) => JSON.stringify(listed(job)) === JSON.stringify(atWork) })
      yield* first.stop

      const second = yield* start({})
      const done = yield* second.ended(id)
      expect(done).toMatchObject({ state: "succeeded", run: 1 })
      expect(listed(done)).toEqual([["interrupted", "succeeded"], ["succeeded"], ["succeeded"]])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("lets the mail in flight be accepted, and sends no second one", () =>
    Effect.gen(function*() {
      const start = yield* folder
      const mail = yield* Smtp.make([{ at: "end", does: "wait" }])
      const first = yield* start({ ...mailedBy(mail), jobsStopTimeout: Duration.seconds(10) })
      const id = yield* first.register
      yield* arrival(mail.reached, "end")
      const stopping = yield* Effect.fork(first.stop)
      // the server no longer listens
      yield* Effect.forever(first.job(id)).pipe(Effect.ignore)
      mail.goOn()
      yield* Fiber.join(stopping)

      const second = yield* start(mailedBy(mail))
      const done = yield* second.ended(id)
      expect(done).toMatchObject({ state: "succeeded", run: 1 })
      expect(listed(done)[0]).toEqual(["succeeded"])
      expect(mail.received).toHaveLength(1)
    }).pipe(Effect.provide(NodeContext.layer)))
})
