import { describe, expect, it } from "@effect/vitest"
import { Context, Effect, Exit, FiberRef, Layer } from "effect"
import { inOrder } from "../../../src/platform/process/inOrder.ts"

class Beans extends Context.Tag("barista/test/Beans")<Beans, string>() {}
class Coffee extends Context.Tag("barista/test/Coffee")<Coffee, string>() {}
class Guest extends Context.Tag("barista/test/Guest")<Guest, string>() {}

/** Layers that record when they are built and released. */
const watched = () => {
  const log: Array<string> = []
  const say = (name: string) =>
    Effect.acquireRelease(
      Effect.sync(() => log.push(`${name} is there`)),
      () => Effect.sync(() => log.push(`${name} goes`))
    )
  return {
    log,
    beans: Layer.scoped(Beans, Effect.as(say("beans"), "arabica")),
    coffee: Layer.scoped(
      Coffee,
      Effect.flatMap(Beans, (beans) => Effect.as(say(`coffee of ${beans}`), `espresso of ${beans}`))
    ),
    guest: Layer.scoped(Guest, Effect.as(Effect.zipRight(Coffee, say("guest")), "Alice"))
  }
}

describe("layers in order", () => {
  it.effect("use the services of those before them, and are released in reverse order", () =>
    Effect.gen(function*() {
      const { beans, coffee, guest, log } = watched()
      const served = Effect.all([Beans, Coffee, Guest], { concurrency: 1 })
      expect(yield* Effect.provide(served, inOrder(beans, coffee, guest))).toEqual([
        "arabica",
        "espresso of arabica",
        "Alice"
      ])
      expect(log).toEqual([
        "beans is there",
        "coffee of arabica is there",
        "guest is there",
        "guest goes",
        "coffee of arabica goes",
        "beans goes"
      ])
    }))

  it.effect("stop at the first that fails: those before it are released, later ones never built", () =>
    Effect.gen(function*() {
      const { beans, guest, log } = watched()
      const spilt = Layer.effect(Coffee, Effect.fail("spilt"))
      expect(yield* Effect.exit(Effect.scoped(Layer.build(inOrder(beans, spilt, guest))))).toEqual(Exit.fail("spilt"))
      expect(log).toEqual(["beans is there", "beans goes"])
    }))

  it.effect("are built once with the layers around them that share one", () =>
    Effect.gen(function*() {
      const { beans, coffee, guest, log } = watched()
      yield* Effect.scoped(Layer.build(inOrder(beans, inOrder(beans, coffee), guest)))
      expect(log.filter((line) => line === "beans is there")).toHaveLength(1)
    }))

  it.effect("keep the FiberRefs that one of them sets for later ones", () =>
    Effect.gen(function*() {
      const loud = FiberRef.unsafeMake(false)
      const setting = Layer.scopedDiscard(Effect.locallyScoped(loud, true))
      const told = Layer.effect(Guest, Effect.map(FiberRef.get(loud), String))
      const within = Effect.zip(Guest, FiberRef.get(loud))
      expect(yield* Effect.provide(within, inOrder(setting, told))).toEqual(["true", true])
    }))
})
