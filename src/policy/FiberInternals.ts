import { Cause, Data, Effect, Fiber, FiberRef, GlobalValue, ModuleVersion, Option } from "effect"

// The one file that uses what Effect 3.22 keeps private of its fibers: whose children they are, and whether their
// frames may move. The public `fiber.children` asks by a message and a Deferred. `check` stops the start under a
// version of Effect that lacks any of it.

export type AnyFiber = Fiber.RuntimeFiber<unknown, unknown>

/** Private fields of Effect's class FiberRuntime. */
interface Internals {
  /** Running fibers that this one has forked; null until the first. */
  readonly _children: ReadonlySet<AnyFiber> | null
  /** One entry for each `Effect.forEach` with batched requests below: its frames may go on in another fiber. */
  readonly _steps: ReadonlyArray<unknown>
}

const hasInternals = (fiber: object): fiber is Internals => "_children" in fiber && "_steps" in fiber

/** Where `Effect.forEach` makes the fibers of its items fork: into its caller, so that they outlive their item. */
const forkScope = GlobalValue.globalValue<FiberRef.FiberRef<Option.Option<unknown>> | undefined>(
  Symbol.for("effect/FiberRef/currentForkScopeOverride"),
  () => undefined
)

const forksElsewhere = (fiber: AnyFiber): boolean =>
  forkScope !== undefined && Option.isSome(fiber.getFiberRef(forkScope))

const none: ReadonlyArray<AnyFiber> = []

/** The fibers that a fiber has forked and that still run. */
export const childrenOf = (fiber: AnyFiber): ReadonlyArray<AnyFiber> =>
  !hasInternals(fiber) || fiber._children === null || fiber._children.size === 0 ? none : [...fiber._children]

/**
 * Whether an interruption of this fiber reaches what it runs next and nothing else, and can be taken back: it has no
 * children, which would be interrupted with it; its frames stay with it; and nobody has interrupted it yet.
 */
export const isFresh = (fiber: AnyFiber): boolean =>
  hasInternals(fiber) &&
  (fiber._children === null || fiber._children.size === 0) &&
  fiber._steps.length === 0 &&
  Cause.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause))

/** Makes the fiber's own children of what the effect forks, inside `Effect.forEach` too. */
export const keepingChildren = <A, E, R>(effect: Effect.Effect<A, E, R>, fiber: AnyFiber): Effect.Effect<A, E, R> =>
  forkScope !== undefined && forksElsewhere(fiber) ? Effect.locally(effect, forkScope, Option.none()) : effect

/** This version of Effect lacks a private part on which the timeouts of policies stand. */
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
