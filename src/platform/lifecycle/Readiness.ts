import { Context, Effect } from "effect"
import type { NotReady } from "./NotReady.ts"

/** Says whether a started server should get requests, at once and without asking anybody; by default it should. */
export class Readiness extends Context.Reference<Readiness>()("barista/platform/lifecycle/Readiness", {
  defaultValue: (): { readonly check: Effect.Effect<void, NotReady> } => ({ check: Effect.void })
}) {}
