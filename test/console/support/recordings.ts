import type { FiberLine, Slice, Timeline } from "../../../src/timeline/Timeline.ts"

/** A recording with some members replaced. */
export const recording = (members: Partial<Timeline>): Timeline => ({
  version: "barista.timeline/1",
  id: "0af7651916cd43dd8448eb211c80319c",
  name: "recorded",
  clock: "live",
  started_at: "2026-01-01T00:00:00.000Z",
  duration_ns: 1000,
  outcome: "success",
  fibers: [],
  slices: [],
  spans: [],
  events: [],
  interruptions: [],
  commits: [],
  loop_stalls: [],
  lost: { fibers: 0, spans: 0, events: false },
  recorded_in_ns: 0,
  ...members
})

export const fiber = (id: number, parent: number | null, from: number, to: number, name = `f${id}`): FiberLine => ({
  id,
  parent,
  name,
  from,
  to,
  outcome: "success"
})

export const slice = (fiber: number, from: number, to: number, state: Slice["state"] = "running"): Slice => ({
  fiber,
  from,
  to,
  state,
  ...(state === "waiting" ? { reason: { kind: "sleep", milliseconds: 1 }, woken_by: null } : {})
})

/** Nanoseconds of a slice in `large`. */
const each = 1_000_000

/** A recording of many fibers below one, each with slices of one length that wait and run in turn. */
export const large = (fibers: number, slices: number): Timeline => {
  const perFiber = Math.ceil(slices / fibers)
  const duration = perFiber * each
  const ids = Array.from({ length: fibers }, (_, id) => id)
  return recording({
    name: "large",
    duration_ns: duration,
    fibers: ids.map((id) => fiber(id, id === 0 ? null : 0, 0, duration, `Worker.step${id % 7}`)),
    slices: ids.flatMap((id) =>
      Array.from(
        { length: perFiber },
        (_, index) => slice(id, index * each, (index + 1) * each, (index + id) % 2 === 0 ? "running" : "waiting")
      )
    )
  })
}
