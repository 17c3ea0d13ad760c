// A reader of events and members of the chat, whose server is cut off from its database.
import { Clock, Duration, Effect, Function } from "effect"
import { get } from "node:http"
import { type ChatClient, join } from "../../harness/chat/client.ts"
import { until } from "./until.ts"

/** Time for each sign that a server serves again. */
const patience = Duration.seconds(20)

/** Waits until a condition holds; returns the milliseconds since a moment, or infinity if it takes too long. */
export const since = <E, R>(moment: number, holds: Effect.Effect<boolean, E, R>) =>
  until(holds, Function.identity).pipe(
    Effect.zipRight(Effect.map(Clock.currentTimeMillis, (now) => now - moment)),
    Effect.timeoutTo({ duration: patience, onSuccess: (milliseconds) => milliseconds, onTimeout: () => Infinity })
  )

/** Reads the list of jobs as events until the scope closes. */
export const readEvents = (port: number) =>
  Effect.acquireRelease(
    Effect.async<{ readonly reader: { isOpen: boolean; last: number }; readonly leave: () => void }>((resume) => {
      const reader = { isOpen: true, last: 0 }
      const request = get(
        { host: "127.0.0.1", port, path: "/jobs?kind=registration&limit=1", headers: { accept: "text/event-stream" } },
        (response) => {
          response.on("data", (bytes: Buffer) => {
            if (bytes.includes("event: jobs")) reader.last = performance.timeOrigin + performance.now()
          })
          response.on("close", () => {
            reader.isOpen = false
          })
          resume(Effect.succeed({ reader, leave: () => request.destroy() }))
        }
      )
      request.on("error", () => {
        reader.isOpen = false
      })
    }),
    ({ leave }) => Effect.sync(leave)
  ).pipe(Effect.map(({ reader }) => reader))

/** Returns true once a listener has heard what a speaker says. */
export const isHeard = (speaker: ChatClient, listener: ChatClient) => {
  let heard = false
  listener.ear = (bytes, start, end) => {
    heard ||= bytes.subarray(start, end).toString().includes(`SAYS ${speaker.id}`)
  }
  return Effect.sync(() => {
    if (!heard) speaker.say(`says ${speaker.id}`)
    return heard
  })
}

/** Joins a server's chat again and again until the member hears what a member of another server says. */
export const rejoins = (port: number, id: number, speaker: ChatClient) =>
  Effect.scoped(Effect.gen(function*() {
    const member = yield* join(port, id)
    const hears = isHeard(speaker, member)
    return yield* until(hears, (heard) => heard || !member.isOpen)
  })).pipe(Effect.orElseSucceed(() => false))
