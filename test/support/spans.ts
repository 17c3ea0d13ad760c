import { Effect, Queue, Tracer } from "effect"

/** Effect's own tracer, which reports the start and end of each span. */
const watching = (started: (span: Tracer.Span) => void, ended: (span: Tracer.Span) => void) =>
  Effect.map(Effect.tracer, (native) =>
    Tracer.make({
      context: native.context,
      span: (...description) => {
        const span = native.span(...description)
        const end = span.end.bind(span)
        span.end = (time, exit) => {
          end(time, exit)
          ended(span)
        }
        started(span)
        return span
      }
    }))

/** A tracer that keeps every span: `started` in order, and `ended` as a queue. */
export const spanRecorder = Effect.gen(function*() {
  const started: Array<Tracer.Span> = []
  const ended = yield* Queue.unbounded<Tracer.Span>()
  const tracer = yield* watching((span) => started.push(span), (span) => ended.unsafeOffer(span))
  return { started, ended, tracer }
})

/** A tracer that counts the open spans of one name and their largest number; `starts` gets an element for each. */
export const spanCounter = Effect.fnUntraced(function*(counted: string) {
  const starts = yield* Queue.unbounded<void>()
  const spans = { active: 0, most: 0, started: 0 }
  const begin = ({ name }: Tracer.Span) => {
    if (name !== counted) return
    spans.started++
    spans.most = Math.max(spans.most, ++spans.active)
    starts.unsafeOffer(undefined)
  }
  const end = ({ name }: Tracer.Span) => {
    if (name === counted) spans.active--
  }
  return { spans, starts, tracer: yield* watching(begin, end) }
})
