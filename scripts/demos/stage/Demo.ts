import { Context, Effect, Layer, type Scope } from "effect"
import type { Stage } from "./Stage.ts"

/** Why a demo that needs more than a clock cannot run in virtual time. */
export const refusals = {
  sockets: "it talks to a server over real sockets, which no virtual clock can hurry",
  threads: "it blocks or computes on real threads, which no virtual clock can hurry",
  files: "it works on a real database file, which no virtual clock can hurry"
} as const

export type Needs = "clock" | keyof typeof refusals

interface Description {
  readonly name: string
  /** What it shows, in two lines. */
  readonly shows: readonly [string, string]
  /** `clock`: all that takes time or chance in it stands on Clock, Random and the upstream, so that it can run in virtual time. */
  readonly needs: Needs
  /** The product's spans of which it counts how many are open at once. */
  readonly operations: ReadonlyArray<string>
  /** How many times as fast as the wall's its clock runs when it is live; 1 unless given. */
  readonly pace?: number
}

/** A scripted demo: a program on the product's own code, and what to say of it. */
export interface Demo extends Description {
  /** Makes the services, outside of the measured time, and answers the program over them. */
  readonly prepare: Effect.Effect<Effect.Effect<void, never, Stage>, never, Stage | Scope.Scope>
}

/** A demo from its program and the layer of the services that this one stands on. What fails in either was not meant to: it is a defect. */
export const make = <Services, LayerError, ProgramError>(
  { program, services, ...description }: Description & {
    readonly services: Layer.Layer<Services, LayerError, Stage>
    readonly program: Effect.Effect<void, ProgramError, Services | Stage>
  }
): Demo => ({
  ...description,
  prepare: Effect.map(
    Effect.orDie(Layer.build(services)),
    (context) =>
      Effect.orDie(Effect.mapInputContext(program, (stage: Context.Context<Stage>) => Context.merge(stage, context)))
  )
})
