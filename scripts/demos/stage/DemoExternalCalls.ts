import { Layer } from "effect"
import { AppConfig } from "../../../src/AppConfig.ts"
import { ExternalCalls } from "../../../src/external/ExternalCalls.ts"
import { Policies } from "../../../src/policy/Policies.ts"
import * as DemoLoop from "./DemoLoop.ts"
import * as DemoUpstream from "./DemoUpstream.ts"

/** The product's external calls, by the demos' upstream and sacrificial event loop. */
export const layer = ExternalCalls.layer.pipe(
  Layer.provide([DemoUpstream.layer, DemoLoop.layer, Policies.layer]),
  Layer.provide(AppConfig.layer)
)
