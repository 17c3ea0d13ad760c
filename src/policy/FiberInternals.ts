import { Cause, Data, Effect, Fiber, FiberRef, GlobalValue, ModuleVersion, Option } from "effect"

// The only file that uses private parts of Effect 3.22's fibers: their children, and whether their frames may move. The
// public `fiber.children` costs a message and a Deferred. `check` stops the start under a version of Effect that lacks
// a part.

export type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Private fields of Effect's class FiberRuntime. */
interface Internals {
  /** Running fibers that this fiber has forked; null until the first. */
  readonly _children: ReadonlySet<AnyFiber> | null
  /**
   * One entry for each surrounding `Effect.forEach` with batched requests. The frames above such an entry may continue
   * in another fiber.
   */
  readonly _steps: ReadonlyArray<unknown>
}

const hasInternals = (fiber: object): fiber is Internals => "_children" in fiber && "_steps" in fiber

/**
 * The FiberRef by which `Effect.forEach` makes its items fork into its caller, so that forked fibers outlive their
 * item.
 */
const forkScope = GlobalValue.globalValue<FiberRef.FiberRef<Option.Option<unknown>> | undefined>(
  Symbol.for("effect/FiberRef/currentForkScopeOverride"),
  () => undefined
)

const forksElsewhere = (fiber: AnyFiber): boolean =>
  forkScope !== undefined && Option.isSome(fiber.getFiberRef(forkScope))

const none: ReadonlyArray<AnyFiber> = []

/** Lists the running fibers that a fiber has forked. */
export const childrenOf = (fiber: AnyFiber): ReadonlyArray<AnyFiber> =>
  !hasInternals(fiber) || fiber._children === null || fiber._children.size === 0 ? none : [...fiber._children]

/**
 * Tells whether an interruption reaches only the fiber's next work and can be taken back. Such a fiber has no children,
 * which would be interrupted too; its frames cannot move; and nobody has interrupted it yet.
 */
export const isFresh = (fiber: AnyFiber): boolean =>
  hasInternals(fiber) &&
  (fiber._children === null || fiber._children.size === 0) &&
  fiber._steps.length === 0 &&
  Cause.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause))

/** Makes all fibers that the effect forks children of the given fiber, inside `Effect.forEach` too. */
export const keepingChildren = <A, E, R>(effect: Effect.Effect<A, E, R>, fiber: AnyFiber): Effect.Effect<A, E, R> =>
  forkScope !== undefined && forksElsewhere(fiber) ? Effect.locally(effect, forkScope, Option.none()) : effect

/** Stops the start when this version of Effect lacks a private part that policy timeouts need. */
export class UnsupportedEffect extends Data.TaggedError("UnsupportedEffect")<{ readonly missing: string }> {
  override get message(): string {
    const version = ModuleVersion.getCurrentVersion()
    return `effect ${version}: policies need ${this.missing}, which this version lacks; see src/policy/FiberInternals.ts`
  }
}

const need = (missing: string, works: boolean) => works ? Effect.void : new UnsupportedEffect({ missing })

const inThisFiber = <A>(look: (fiber: AnyFiber) => A) =>
  Effect.withFiberRuntime<A>((fiber) => Effect.succeed(look(fiber)))

/** The questions that the private parts answer. */
export const parts = { childrenOf, isFresh, forksElsewhere }

/** Fails unless the private parts are there and mean the same as in Effect 3.22. */
export const check = (
  { childrenOf, forksElsewhere, isFresh }: typeof parts = parts
): Effect.Effect<void, UnsupportedEffect> =>
  Effect.gen(function*() {
    yield* need("a fiber to tell that nothing hangs on it", yield* inThisFiber(isFresh))
    const child = yield* Effect.fork(Effect.async<never>(() => {}))
    const children = yield* inThisFiber(childrenOf)
    yield* Fiber.interrupt(child)
    yield* need("a fiber to tell its children", children.includes(child))
    const look = () => inThisFiber(forksElsewhere)
    const items = yield* Effect.forEach([1, 2], look, { concurrency: "unbounded" })
    yield* need("an item of Effect.forEach to tell where it forks", items.every((elsewhere) => elsewhere))
  }).pipe(Effect.fork, Effect.flatMap(Fiber.join))
