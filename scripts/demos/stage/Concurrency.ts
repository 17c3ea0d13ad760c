import { Exit, Tracer } from "effect"

/** Observes how many of the named spans are open at once. */
export interface Concurrency {
  readonly tracer: Tracer.Tracer
  /** Counts the spans that are open now. */
  readonly open: () => number
  /** Begins to observe. The returned function, called once, ends the observation and returns the largest count. */
  readonly observe: () => () => number
}

/**
 * Makes a tracer that passes every span to another tracer, counts those of the operations, and reports each interrupted
 * one.
 */
export const make = (
  tracer: Tracer.Tracer,
  operations: ReadonlyArray<string>,
  onInterrupted: (operation: string) => void
): Concurrency => {
  const observers = new Set<{ most: number }>()
  let open = 0

  const count = (span: Tracer.Span) => {
    open++
    for (const observer of observers) observer.most = Math.max(observer.most, open)
    const end = span.end.bind(span)
    span.end = (time, exit) => {
      open--
      if (Exit.isInterrupted(exit)) onInterrupted(span.name)
      end(time, exit)
    }
  }

  return {
    tracer: Tracer.make({
      span: (name, ...rest) => {
        const span = tracer.span(name, ...rest)
        if (operations.includes(name)) count(span)
        return span
      },
      context: tracer.context
    }),
    open: () => open,
    observe: () => {
      const observer = { most: open }
      observers.add(observer)
      return () => {
        observers.delete(observer)
        return observer.most
      }
    }
  }
}
