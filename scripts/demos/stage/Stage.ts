import { Context, type Effect } from "effect"

/** Live, in the time of the wall; or virtual, at once. */
export type Mode = "live" | "virtual"

/** What a demo tells its audience while it runs. */
export class Stage extends Context.Tag("barista/demos/Stage")<Stage, {
  readonly mode: Mode
  /** Prints a line with the time since the demo began. */
  readonly say: (line: string) => Effect.Effect<void>
  /** Runs an effect as a part of the demo that has a name and figures of its own. */
  readonly part: <A, E, R>(name: string, effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}>() {}
