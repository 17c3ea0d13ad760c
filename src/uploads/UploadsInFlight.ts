import type { HttpServerRequest } from "@effect/platform"
import { Effect, Option, type Scope } from "effect"
import { Pause } from "../platform/files/Pause.ts"
import { callersSpan } from "../platform/observability/TraceContext.ts"
import { type TraceId, UploadInFlight, UploadNotInFlight } from "./Api.ts"

interface Known {
  readonly pause: Pause
  requests: number
}

/** The uploads that arrive now, by the trace that their clients sent. Requests of one trace pause together. */
export class UploadsInFlight {
  private readonly known = new Map<string, Known>()

  /** Makes an upload known until the scope closes; one without a trace of its client's is never paused. */
  enter({ headers }: HttpServerRequest.HttpServerRequest): Effect.Effect<Pause, never, Scope.Scope> {
    return Option.match(callersSpan(headers), {
      onNone: () => Effect.sync(() => new Pause()),
      onSome: ({ traceId }) =>
        Effect.map(
          Effect.acquireRelease(Effect.sync(() => this.add(traceId)), (known) =>
            Effect.sync(() => this.leave(traceId, known))),
          ({ pause }) =>
            pause
        )
    })
  }

  private add(traceId: string): Known {
    const known = this.known.get(traceId) ?? { pause: new Pause(), requests: 0 }
    known.requests += 1
    this.known.set(traceId, known)
    return known
  }

  private leave(traceId: string, known: Known): void {
    known.requests -= 1
    if (known.requests === 0) this.known.delete(traceId)
  }

  /** Changes the pause of an upload by `change`, and tells how it stands then. */
  of(traceId: TraceId, change: (pause: Pause) => void): Effect.Effect<UploadInFlight, UploadNotInFlight> {
    return Effect.suspend(() => {
      const pause = this.known.get(traceId)?.pause
      if (pause === undefined) return new UploadNotInFlight({ in_flight: traceId })
      change(pause)
      return Effect.succeed(new UploadInFlight({ in_flight: traceId, written: pause.written, paused: pause.isPaused }))
    })
  }
}
