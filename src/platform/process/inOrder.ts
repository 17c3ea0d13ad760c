import { Context, Effect, Layer } from "effect"

type Layers = ReadonlyArray<Layer.Layer.Any>

/** What a list of layers needs from outside: what none of those before the one that needs it provides. */
type Needed<L extends Layers, Before = never> = L extends readonly [infer First, ...infer Rest extends Layers]
  ? First extends Layer.Layer<infer A, infer _E, infer R> ? Exclude<R, Before> | Needed<Rest, A | Before> : never
  : never

/** Each alone: of a union of layers, `Success` would be what all of them provide. */
type Provided<L extends Layers> = { readonly [I in keyof L]: Layer.Layer.Success<L[I]> }[number]

type Built<L extends Layers> = Layer.Layer<Provided<L>, Layer.Layer.Error<L[number]>, Needed<L>>

/**
 * Layers that are built one after another, each with what those before it provide, and released the other way round. They provide all that
 * each of them does. A tower of `Layer.provideMerge` is the same, but builds five layers for each of its floors: a third of all that a start
 * of the server ran, and ran cold.
 */
export function inOrder<L extends Layers>(...layers: L): Built<L>
export function inOrder<E>(...layers: ReadonlyArray<Layer.Layer<never, E>>) {
  return Layer.scopedContext(Effect.gen(function*() {
    const scope = yield* Effect.scope
    const memoMap = yield* Layer.CurrentMemoMap
    let services = Context.empty()
    for (const layer of layers) {
      const more = yield* Effect.provide(Layer.buildWithMemoMap(layer, memoMap, scope), services)
      services = Context.merge(services, more)
    }
    return services
  }))
}
