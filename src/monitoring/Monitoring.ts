import { Context, Effect, Layer } from "effect"
import { AppConfig } from "../AppConfig.ts"
import { Lifecycle } from "../platform/lifecycle/Lifecycle.ts"
import { NotReady } from "../platform/lifecycle/NotReady.ts"
import { Readiness } from "../platform/lifecycle/Readiness.ts"
import { measured, monitored } from "./measured.ts"

/** The handbook's « Debugging et monitoring », and the health of the server. */
export class Monitoring extends Context.Tag("barista/monitoring/Monitoring")<Monitoring, {
  /** Takes `monitoredDuration`; its log line does not delay the answer. */
  readonly monitored: Effect.Effect<{ readonly data: string }>
  /** Takes `measuredDuration`; logged whatever its exit. */
  readonly measured: Effect.Effect<{ readonly message: string }>
  /** Fails while the server should get no requests: it starts, leaves or stops, or its database is silent. */
  readonly ready: Effect.Effect<void, NotReady>
}>() {
  static readonly layer = Layer.scoped(
    Monitoring,
    Effect.gen(function*() {
      const { measuredDuration, monitoredDuration } = yield* AppConfig
      const lifecycle = yield* Lifecycle
      const readiness = yield* Readiness
      const scope = yield* Effect.scope

      const monitoredOperation = Effect.fn("Monitoring.monitored")(
        () => Effect.as(Effect.sleep(monitoredDuration), { data: "some result" }),
        monitored("monitored_endpoint", scope)
      )

      const measuredOperation = Effect.fn("Monitoring.measured")(
        () => Effect.as(Effect.sleep(measuredDuration), { message: "Measured operation" }),
        measured("measured_endpoint")
      )

      return {
        monitored: monitoredOperation(),
        measured: measuredOperation(),
        ready: Effect.flatMap(
          lifecycle.state,
          (state) => state === "ready" ? readiness.check : new NotReady({ reason: state })
        )
      }
    })
  )
}
