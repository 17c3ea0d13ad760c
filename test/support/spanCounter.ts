import { Effect, Queue, Tracer } from "effect"

/** A tracer that counts the spans of one name: how many are open, how many were at most; `starts` gets an element for each. */
export const spanCounter = (counted: string) =>
  Effect.map(Queue.unbounded<void>(), (starts) => {
    const spans = { active: 0, most: 0, started: 0 }
    const tracer = Tracer.make({
      context: (f) => f(),
      span: (name, parent, context, links, startTime, kind) => {
        if (name === counted) {
          spans.started++
          starts.unsafeOffer(undefined)
          spans.most = Math.max(spans.most, ++spans.active)
        }
        return {
          _tag: "Span",
          name,
          spanId: "0000000000000001",
          traceId: "00000000000000000000000000000001",
          parent,
          context,
          status: { _tag: "Started", startTime },
          attributes: new Map(),
          links,
          sampled: true,
          kind,
          attribute: () => undefined,
          event: () => undefined,
          addLinks: () => undefined,
          end: () => {
            if (name === counted) spans.active--
          }
        }
      }
    })
    return { spans, starts, tracer }
  })
