import type { HttpServerError } from "@effect/platform"
import type { Layer } from "effect"
import type { AppConfig } from "../../AppConfig.ts"
import type { Upstream } from "../../platform/upstream/Upstream.ts"
import type { BlockingLoop } from "../../platform/workers/blocking/BlockingLoop.ts"
import type { Meters } from "../Meters.ts"
import * as LabLoop from "./LabLoop.ts"
import * as LabUpstream from "./LabUpstream.ts"
import * as ModelledLoop from "./ModelledLoop.ts"
import * as ModelledUpstream from "./ModelledUpstream.ts"

type Part<Service> = Layer.Layer<Service, HttpServerError.ServeError, AppConfig | Meters>

/** The outside world of a chapter: real in an experiment, modelled in its prediction. */
export interface Parts {
  readonly upstream: Part<Upstream>
  readonly loop: Part<BlockingLoop>
  /** True if the parts start threads and modules at their first use. */
  readonly needWarmUp: boolean
}

/** An upstream behind real sockets, and a thread whose event loop may be blocked. */
export const real: Parts = { upstream: LabUpstream.layer, loop: LabLoop.layer, needWarmUp: true }

/** The same parts on the clock alone. Answers take the time that they ask for, and nothing else takes any. */
export const modelled: Parts = { upstream: ModelledUpstream.layer, loop: ModelledLoop.layer, needWarmUp: false }
