import { type Context, Effect, Exit, type Fiber, Layer, Logger, Option, Tracer } from "effect"
import { newSpanId, newTraceId } from "../../domain/TraceIds.ts"
import { evaluated, RecordedSpan } from "../../timeline/RecordedSpan.ts"

const nothing: ReadonlyMap<string, unknown> = new Map()
const noLinks: ReadonlyArray<Tracer.SpanLink> = []

/**
 * A span that is not recorded. The span keeps its place in the trace for logs and outgoing calls, and makes its ids
 * when they are read.
 */
class UnrecordedSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  readonly #startTime: bigint
  #traceId: string | undefined
  #spanId: string | undefined

  constructor(
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    startTime: bigint,
    kind: Tracer.SpanKind
  ) {
    this.name = name
    this.parent = parent
    this.context = context
    this.#startTime = startTime
    this.kind = kind
  }

  get traceId(): string {
    return this.#traceId ??= Option.match(this.parent, {
      onNone: newTraceId,
      onSome: ({ traceId }) => traceId
    })
  }

  get spanId(): string {
    return this.#spanId ??= newSpanId()
  }

  /** The caller's decision, since an outgoing call's receiver may record the trace all the same. */
  get sampled(): boolean {
    return Option.exists(this.parent, ({ sampled }) => sampled)
  }

  get status(): Tracer.SpanStatus {
    return { _tag: "Started", startTime: this.#startTime }
  }

  get attributes() {
    return nothing
  }

  get links() {
    return noLinks
  }

  end(_endTime: bigint, _exit: Exit.Exit<unknown, unknown>): void {}

  attribute(_key: string, _value: unknown): void {}

  event(_name: string, _startTime: bigint, _attributes?: Record<string, unknown>): void {}

  addLinks(_links: ReadonlyArray<Tracer.SpanLink>): void {}
}

const unrecording = Tracer.make({
  span: (name, parent, context, _links, startTime, kind) => new UnrecordedSpan(name, parent, context, startTime, kind),
  context: evaluated
})

/**
 * Tracer while nothing collects spans. Effect's own tracer costs ten times as much, because it keeps each span's
 * attributes and events and makes the ids at once. Log lines do not become events of spans either.
 */
export const layer = Layer.merge(Layer.setTracer(unrecording), Logger.remove(Logger.tracerLogger))

/** True if a tracer records spans. */
export const keepsSpans = (tracer: Tracer.Tracer): boolean => tracer !== unrecording

type Attributes = Readonly<Record<string, unknown>>

/**
 * Notes the moments of an effect as a span of a recording, with `atEnd`'s attributes. A recording has no tree of
 * spans, so the effect's current span stays: Effect takes 10 us to change it. `Effect.onExit` takes twice as many
 * operations.
 */
const noted = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  within: RecordedSpan,
  name: string,
  attributes?: Attributes,
  atEnd?: (exit: Exit.Exit<unknown, unknown>) => Attributes
): Effect.Effect<A, E, R> => {
  const span = within.begin(name)
  if (attributes !== undefined) within.note(span, attributes)
  const ended = (exit: Exit.Exit<A, E>) => {
    if (atEnd !== undefined) within.note(span, atEnd(exit))
    within.finish(span, exit)
    return exit
  }
  return Effect.uninterruptibleMask((restore) =>
    Effect.matchCauseEffect(restore(effect), {
      onFailure: (cause) => ended(Exit.failCause(cause)),
      onSuccess: (value) => ended(Exit.succeed(value))
    })
  )
}

/** Wraps an effect that opens no spans itself in a span, if the fiber runs within a recorded span. */
export const leafSpan = <A, E, R>(
  { currentSpan }: Fiber.RuntimeFiber<unknown, unknown>,
  name: string,
  options: () => Tracer.SpanOptions,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  if (currentSpan === undefined || currentSpan instanceof UnrecordedSpan) return effect
  return currentSpan instanceof RecordedSpan && !currentSpan.isCollected
    ? noted(effect, currentSpan, name)
    : Effect.withSpan(effect, name, { captureStackTrace: false, ...options() })
}

/** True for a span that only keeps its place in the trace. */
export const isUnrecorded = (span: Tracer.AnySpan): boolean => span instanceof UnrecordedSpan

/**
 * Wraps an effect in a span, if the effect runs within a recorded span; `atEnd` adds attributes at its end. Otherwise
 * the wrapper costs nothing, while `Effect.fn(name)` takes 10 us and 4 KB for as long as the effect runs.
 */
export const traced = (
  name: string,
  attributes?: Attributes,
  atEnd?: (exit: Exit.Exit<unknown, unknown>) => Attributes
) =>
<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>(({ currentSpan }) => {
    if (currentSpan instanceof UnrecordedSpan) return effect
    if (currentSpan instanceof RecordedSpan && !currentSpan.isCollected) {
      return noted(effect, currentSpan, name, attributes, atEnd)
    }
    const annotated = atEnd === undefined
      ? effect
      : Effect.onExit(effect, (exit) => Effect.annotateCurrentSpan({ ...atEnd(exit) }))
    return Effect.withSpan(annotated, name, { attributes })
  })

/**
 * Notes the numbers with which an operation is called on its span. A recording keeps them, so that a test can call the
 * operation again.
 */
export const calledWith = (...numbers: ReadonlyArray<number>): Effect.Effect<void> =>
  Effect.annotateCurrentSpan({ arguments: numbers })
