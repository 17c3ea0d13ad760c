import { type Context, type Option, Tracer } from "effect"
import { evaluated, RecordedSpan, type SpanLog } from "./RecordedSpan.ts"

/** A tracer that notes each span, and passes it to the collector, if there is one. */
export class RecordedTracer implements Tracer.Tracer {
  readonly [Tracer.TracerTypeId]: Tracer.TracerTypeId = Tracer.TracerTypeId
  readonly context: Tracer.Tracer["context"]
  private readonly log: SpanLog
  private readonly collector: Tracer.Tracer | undefined

  constructor(log: SpanLog, collector: Tracer.Tracer | undefined) {
    this.context = collector === undefined ? evaluated : (evaluate, fiber) => collector.context(evaluate, fiber)
    this.log = log
    this.collector = collector
  }

  // parameters by name, as this runs for each span: rest and spread would copy them
  span(
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    links: ReadonlyArray<Tracer.SpanLink>,
    startTime: bigint,
    kind: Tracer.SpanKind,
    options?: Tracer.SpanOptions
  ): RecordedSpan {
    const collected = this.collector?.span(name, parent, context, links, startTime, kind, options)
    return new RecordedSpan(this.log, collected, name, parent, context, startTime, kind)
  }
}
