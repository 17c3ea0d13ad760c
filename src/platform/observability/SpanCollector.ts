import { Context, type Tracer } from "effect"

/**
 * Makes the tracer that collects the spans of one recorded run, in the trace with the given id. Undefined while nothing
 * collects spans, which then cost nothing more than their recording.
 */
export class SpanCollector extends Context.Reference<SpanCollector>()("barista/platform/observability/SpanCollector", {
  defaultValue: (): ((trace: string) => Tracer.Tracer) | undefined => undefined
}) {}
