import { Effect, type Scope } from "effect"
import { readdir } from "node:fs/promises"
import { type EventLoopUtilization, type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks"
import { counter, gauge, type MetricFamily } from "./MetricFamily.ts"

/** Milliseconds between two samples of the event loop. A hundred a second cost less than a thousandth of a core. */
const resolution = 10

/** Converts nanoseconds of delay to seconds, without the sampling interval that node includes. */
const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolution / 1000)

const eventLoop = (delay: IntervalHistogram, { active, idle }: EventLoopUtilization): ReadonlyArray<MetricFamily> => {
  const delayed = (name: string, what: string, nanoseconds: number) =>
    gauge(
      `nodejs_eventloop_delay_${name}_seconds`,
      `Delay of the event loop since the last scrape: ${what}.`,
      seconds(nanoseconds)
    )
  const families = delay.count === 0 ? [] : [
    delayed("p50", "median", delay.percentile(50)),
    delayed("p90", "90th percentile", delay.percentile(90)),
    delayed("p99", "99th percentile", delay.percentile(99)),
    delayed("max", "maximum", delay.max),
    delayed("mean", "mean", delay.mean)
  ]
  return [
    ...families,
    counter("nodejs_eventloop_time_seconds_total", "Time of the event loop by its state.", [
      [{ nodejs_eventloop_state: "active" }, active / 1000],
      [{ nodejs_eventloop_state: "idle" }, idle / 1000]
    ])
  ]
}

/** Counts the open descriptors; no metric on systems without the folder. */
const openDescriptors = Effect.match(Effect.tryPromise(() => readdir("/proc/self/fd")), {
  onFailure: () => [],
  onSuccess: (open) => [gauge("process_open_fds", "Open file descriptors.", open.length)]
})

const ofProcess = (): ReadonlyArray<MetricFamily> => {
  const { system, user } = process.cpuUsage()
  const { external, heapTotal, heapUsed, rss } = process.memoryUsage()
  return [
    counter("process_cpu_user_seconds_total", "Processor time in the program.", user / 1e6),
    counter("process_cpu_system_seconds_total", "Processor time in the system.", system / 1e6),
    counter("process_cpu_seconds_total", "Processor time.", (user + system) / 1e6),
    gauge("process_resident_memory_bytes", "Memory of the process.", rss),
    gauge("process_start_time_seconds", "Start time of the process, since the epoch.", performance.timeOrigin / 1000),
    gauge("nodejs_heap_size_total_bytes", "Memory of the JavaScript heap.", heapTotal),
    gauge("nodejs_heap_size_used_bytes", "Memory of the JavaScript heap in use.", heapUsed),
    gauge("nodejs_external_memory_bytes", "Memory of buffers, outside the heap.", external)
  ]
}

/** Measures the process and its event loop, under the names that Prometheus' clients and OpenTelemetry use. */
export const processMetrics: Effect.Effect<Effect.Effect<ReadonlyArray<MetricFamily>>, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const delay = monitorEventLoopDelay({ resolution })
      delay.enable()
      return delay
    }),
    (delay) => Effect.sync(() => delay.disable())
  ),
  (delay) =>
    Effect.map(openDescriptors, (descriptors) => {
      const families = [
        ...ofProcess(),
        ...descriptors,
        ...eventLoop(delay, performance.eventLoopUtilization())
      ]
      delay.reset()
      return families
    })
)
