import { Context, Effect, Layer, type Scope } from "effect"
import type { Stage } from "./Stage.ts"

/** The reasons why a demo that needs more than a clock cannot run in virtual time. */
export const refusals = {
  sockets: "it talks to a server over real sockets, which no virtual clock can hurry",
  threads: "it blocks or computes on real threads, which no virtual clock can hurry",
  files: "it works on a real database file, which no virtual clock can hurry"
} as const

export type Needs = "clock" | keyof typeof refusals

interface Description {
  readonly name: string
  /** The subject of the demo, in two lines. */
  readonly shows: readonly [string, string]
  /**
   * `clock` means that all time and chance come from Clock, Random and the upstream, so that virtual time is possible.
   */
  readonly needs: Needs
  /** The product's spans that are counted while open. */
  readonly operations: ReadonlyArray<string>
  /** The speed of the demo's live clock, as a multiple of real time; 1 unless given. */
  readonly pace?: number
}

/** A scripted demo: a program on the product's own code, with its description. */
export interface Demo extends Description {
  /** Makes the services, outside the measured time, and returns the program that uses them. */
  readonly prepare: Effect.Effect<Effect.Effect<void, never, Stage>, never, Stage | Scope.Scope>
}

/**
 * Makes a demo from its program and the layer of its services. A failure of either is unintended, so it is a defect.
 */
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
