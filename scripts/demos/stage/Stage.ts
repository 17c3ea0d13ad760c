import { Context, type Effect } from "effect"

/** `live` runs in real time; `virtual` runs at once. */
export type Mode = "live" | "virtual"

/** The means by which a running demo speaks to its audience. */
export class Stage extends Context.Tag("barista/demos/Stage")<Stage, {
  readonly mode: Mode
  /** Prints a line with the time since the demo began. */
  readonly say: (line: string) => Effect.Effect<void>
  /** Runs an effect as a part of the demo with its own name and figures. */
  readonly part: <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>() {}
