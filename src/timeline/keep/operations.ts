/** A part that an operation's layer takes: settings, policies, the upstream, or the loop that may be blocked. */
export type Part = "settings" | "policies" | "upstream" | "loop"

/** An operation of the product that a test can call again in virtual time. */
export interface Operation {
  /** The module below `src`, and the service that it exports; without a service its functions are called. */
  readonly module: string
  readonly service: string
  /** The call on the service, from the numbers that were recorded. */
  readonly call: (numbers: ReadonlyArray<number>) => string
  /** Numbers that the call cannot do without. */
  readonly numbers: number
  readonly parts: ReadonlyArray<Part>
  /** The setting that says how long the operation sleeps. */
  readonly setting?: string
  /** A value in place of the handbook's, from what the call did; undefined where it did what the handbook says. */
  readonly provided?: (did: Did) => Provided | undefined
}

/** A call as it was seen: the names of its spans, and the paths of the upstream in the order of their calls. */
export interface Did {
  readonly names: ReadonlyArray<string>
  readonly paths: ReadonlyArray<string>
}

/** A value that is provided to an operation, by the name of its reference in the module of the operation. */
export interface Provided {
  readonly reference: string
  readonly value: unknown
}

/** The handbook's number of tasks. */
const tasks = 3

/** The handbook's paths, as in `CalledPaths`. */
const paths = {
  single: "/delay/2",
  parallel: ["/delay/1", "/delay/1", "/delay/1"],
  safe: ["/delay/1", "/status/500", "/delay/10"]
} as const

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const taskCount: NonNullable<Operation["provided"]> = ({ names }) => {
  const count = names.filter((name) => name === "Basics.task").length
  return count === tasks ? undefined : { reference: "TaskCount", value: count }
}

const calledPaths = (name: keyof typeof paths): NonNullable<Operation["provided"]> => ({ paths: called }) => {
  const value = name === "single" ? called[0] : called
  return value === undefined || isSame(value, paths[name])
    ? undefined
    : { reference: "CalledPaths", value: { ...paths, [name]: value } }
}

const basics = (call: string, setting: string): Operation => ({
  module: "basics/Basics.ts",
  service: "Basics",
  call: () => call,
  numbers: 0,
  parts: ["loop", "settings"],
  setting
})

const external = (call: keyof typeof paths): Operation => ({
  module: "external/ExternalCalls.ts",
  service: "ExternalCalls",
  call: () => call,
  numbers: 0,
  parts: ["loop", "upstream", "policies"],
  provided: calledPaths(call)
})

const resilience = (call: Operation["call"]): Operation => ({
  module: "resilience/Resilience.ts",
  service: "Resilience",
  call,
  numbers: 0,
  parts: ["upstream", "policies"]
})

const cafe = (call: string): Operation => ({
  module: "basics/Cafe.ts",
  service: "",
  call: () => call,
  numbers: 0,
  parts: []
})

/** The operations by the names of their spans. Those that block, compute or touch a disk take real time. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["Cafe.synchronous", cafe("synchronous")],
  ["Cafe.asynchronous", cafe("asynchronous")],
  ["Basics.asyncSlow", basics("asyncSlow", "slowDuration")],
  ["Basics.asyncMultiple", { ...basics("asyncMultiple", "taskDuration"), provided: taskCount }],
  ["Basics.runAsync", basics("runAsync", "openingTaskDuration")],
  ["ExternalCalls.single", external("single")],
  ["ExternalCalls.parallel", external("parallel")],
  ["ExternalCalls.safe", external("safe")],
  ["Resilience.unreliable", resilience(([succeedOn]) => `unreliable(${succeedOn ?? ""})`)],
  [
    "Resilience.withTimeout",
    resilience(([millis]) => `withTimeout(${millis === undefined ? "" : `Duration.millis(${millis})`})`)
  ],
  ["Batch.run", {
    module: "batch/Batch.ts",
    service: "Batch",
    call: ([items = 0, concurrency = 1]) => `process(Array.from({ length: ${items} }, String), ${concurrency})`,
    numbers: 2,
    parts: ["policies", "settings"],
    setting: "batchItemDuration"
  }],
  ["Comparison.asynchronous", {
    module: "comparison/Comparison.ts",
    service: "Comparison",
    call: () => "asynchronous",
    numbers: 0,
    parts: ["loop", "settings"],
    setting: "comparisonTaskDuration"
  }],
  ["Outcomes.collect", {
    module: "outcomes/Outcomes.ts",
    service: "Outcomes",
    call: () => "collect",
    numbers: 0,
    parts: ["settings"],
    setting: "riskyTaskDuration"
  }]
])

/** The span of a call to the upstream, whose insides belong to its client. */
export const upstreamCall = "Upstream.get"
