import { Cause, Effect, Exit, Option } from "effect"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { figuresOf, timesOf } from "../../../src/simulation/figures.ts"
import { ModelledUpstream } from "../../../src/simulation/ModelledUpstream.ts"
import { Samples } from "../../../src/simulation/Samples.ts"
import type { Scenario } from "../../../src/simulation/Scenario.ts"
import { Trace } from "../../../src/simulation/Trace.ts"
import { LiveTime, machine } from "./LiveTime.ts"
import { barePath, statuses, type UpstreamFigures } from "./protocol.ts"

const answer = (response: ServerResponse, status: number) => {
  response.writeHead(status, { "content-type": "application/json", "content-length": 2 })
  response.end("{}")
}

/** The model of an upstream at work, from time 0 of a run. */
class ModelAtWork {
  readonly time: LiveTime
  readonly samples: Samples
  readonly upstream: ModelledUpstream
  onLeft: (() => void) | undefined

  constructor({ upstream, warmup = 0 }: Scenario, seed: number, origin: bigint) {
    this.time = new LiveTime(machine(origin), () => this.onLeft?.())
    this.samples = new Samples(() => this.time.now, new Trace(), warmup)
    this.upstream = new ModelledUpstream(upstream, seed, this.time, this.samples)
  }

  /** Serves one attempt. A client that leaves abandons it. */
  serve(request: number, attempt: number, response: ServerResponse): void {
    this.time.catchUp()
    const abandon = Effect.runCallback(this.upstream.call(request, attempt), {
      onExit: (exit) => {
        const failure = Option.getOrUndefined(Exit.causeOption(exit).pipe(Option.flatMap(Cause.failureOption)))
        if (Exit.isSuccess(exit)) answer(response, 200)
        else if (failure !== undefined) answer(response, statuses[failure.reason])
        // an attempt that was abandoned may have been the last one, of which no timer tells
        this.time.catchUp()
      }
    })
    response.on("close", () => {
      if (response.writableEnded) return
      this.time.catchUp()
      abandon()
    })
  }
}

/** A real HTTP server whose answers take the time, and have the failures, that a scenario gives its upstream. */
export class ModelServer {
  private readonly scenario: Scenario
  private readonly seed: number
  private work: ModelAtWork | undefined
  // an idle connection that closes as it is used again would cost the client a second call
  readonly server: Server = createServer({ keepAliveTimeout: 0 }, (request, response) => this.listen(request, response))

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario
    this.seed = seed
  }

  /** Begins the model at a time of the machine's monotonic clock. */
  begin(origin: bigint): void {
    this.work = new ModelAtWork(this.scenario, this.seed, origin)
  }

  /** Waits until the last attempt has left, and computes the figures. */
  readonly figures: Effect.Effect<UpstreamFigures> = Effect.async((resume) => {
    const { scenario, seed, work } = this
    if (work === undefined) return resume(Effect.dieMessage("the model has not begun"))
    work.onLeft = () => {
      if (work.upstream.present > 0) return
      const { samples, time } = work
      const { upstream } = figuresOf({ clock: time, samples, scenario }, seed)
      resume(Effect.succeed({ upstream, lateness: timesOf(Float64Array.from(time.lateness)) }))
    }
    work.time.catchUp()
  })

  private listen({ url = "" }: IncomingMessage, response: ServerResponse): void {
    const [, request, attempt] = url.split("/").map(Number)
    if (url === barePath) answer(response, 200)
    else if (this.work === undefined || request === undefined || attempt === undefined) answer(response, 404)
    else this.work.serve(request, attempt, response)
  }
}
