import { Array, Duration, Layer } from "effect"
import { CalledPaths, ExternalCalls } from "../../external/ExternalCalls.ts"
import { Policies } from "../../policy/Policies.ts"
import type { Policy } from "../../policy/Policy.ts"
import type { KnobValues } from "../Knobs.ts"
import * as LabUpstream from "./LabUpstream.ts"
import type { Parts } from "./Parts.ts"

/** Slow calls take that many times the latency of the others. */
const slowness = 10

/** The path of each call: some fail, some are slow, in the shares of the knobs. */
const pathsOf = ({ failures, latency, slow, tasks }: KnobValues) => {
  const fails = LabUpstream.isChosen(failures)
  const isSlow = LabUpstream.isChosen(slow)
  return Array.makeBy(tasks, (place) =>
    fails(place)
      ? LabUpstream.failing
      : LabUpstream.delayed(isSlow(place) ? latency * slowness : latency))
}

/** Longer than any call of the Lab, where no knob sets a timeout. */
const patient = { timeout: Duration.minutes(1) }

/** The handbook's external calls, to an upstream of the run's own, with as many calls as there are tasks. */
export const layer = ({ loop, upstream }: Parts, values: KnobValues, safeCall: Policy = patient) => {
  const paths = pathsOf(values)
  const called = { single: LabUpstream.delayed(values.latency), parallel: paths, safe: paths }
  return ExternalCalls.layer.pipe(
    Layer.provide(Layer.succeed(CalledPaths, called)),
    Layer.provideMerge(Layer.merge(upstream, loop)),
    Layer.provide(Policies.layerWith({ "upstream": patient, "blocking-call": patient, "safe-call": safeCall }))
  )
}
