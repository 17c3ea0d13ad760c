import { type Chunk, Effect, Random } from "effect"
import { purposes, uniform } from "./draws.ts"

/** The request and the attempt for which a fiber draws. */
export interface Drawer {
  readonly request: number
  readonly attempt: number
}

/**
 * Chance for the policies of a simulation. A draw depends on the seed, the request and its attempt, and not on who drew
 * before, so that two policies meet the same luck.
 */
export class KeyedRandom implements Random.Random {
  readonly [Random.RandomTypeId]: Random.RandomTypeId = Random.RandomTypeId
  private readonly seed: number
  private readonly drawerOf: (fiber: number) => Drawer

  constructor(seed: number, drawerOf: (fiber: number) => Drawer) {
    this.seed = seed
    this.drawerOf = drawerOf
  }

  readonly next: Effect.Effect<number> = Effect.withFiberRuntime((fiber) => {
    const { attempt, request } = this.drawerOf(fiber.id().id)
    return Effect.succeed(uniform(this.seed, request, attempt, purposes.jitter))
  })

  get nextBoolean(): Effect.Effect<boolean> {
    return Effect.map(this.next, (drawn) => drawn > 0.5)
  }

  get nextInt(): Effect.Effect<number> {
    return this.nextIntBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  }

  nextRange(min: number, max: number): Effect.Effect<number> {
    return Effect.map(this.next, (drawn) => min + drawn * (max - min))
  }

  nextIntBetween(min: number, max: number): Effect.Effect<number> {
    return Effect.map(this.next, (drawn) => min + Math.floor(drawn * (max - min)))
  }

  shuffle<A>(elements: Iterable<A>): Effect.Effect<Chunk.Chunk<A>> {
    return Effect.flatMap(this.nextInt, (seed) => Random.make(seed).shuffle(elements))
  }
}
