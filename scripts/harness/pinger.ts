// A process that asks servers for GET /health/live at fixed times, whatever became of the requests before (open loop). A latency counts from
// the time a request was meant to be sent, so that a stalled server is felt by every request that was due meanwhile.
import { Agent, get } from "node:http"
import { constants, getPriority, setPriority } from "node:os"

/** Starts a measurement of the servers on these ports, or ends it. */
export type Command = { readonly start: ReadonlyArray<number> } | "stop"

/** Times in milliseconds, ascending. */
export interface Pings {
  readonly latencies: ReadonlyArray<number>
  /** Requests with no answer, or another one than 200. */
  readonly failed: number
}

export interface Measurement {
  /** In the order of the ports. */
  readonly servers: ReadonlyArray<Pings>
  /** How much later than meant the requests were sent, for which this process or the machine is to blame. */
  readonly lateness: ReadonlyArray<number>
}

const interval = 10
const longest = 30_000

// Raising a priority is for root; without it the lateness may be larger.
try {
  setPriority(Math.min(getPriority(), constants.priority.PRIORITY_HIGH))
} catch {
  // measured as it is
}

const agent = new Agent({ keepAlive: true })

/** A connection may be closed as idle at the very moment that it is used again: as every client does, this one then asks once more. */
const ping = (port: number) =>
  new Promise<boolean>((resolve) => {
    const request = get({ agent, host: "127.0.0.1", port, path: "/health/live", timeout: longest }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode === 200))
    })
    request
      .once("timeout", () => void request.destroy())
      .once("error", () => resolve(request.reusedSocket && ping(port)))
      .once("close", () => resolve(false))
  })

const measure = (ports: ReadonlyArray<number>) => {
  const servers = ports.map((port) => ({ port, latencies: [] as Array<number>, failed: 0 }))
  const lateness: Array<number> = []
  const pending = new Set<Promise<void>>()
  const began = performance.now()
  let sent = 0
  let timer: NodeJS.Timeout | undefined

  const sendDue = () => {
    for (;;) {
      const meant = began + sent * interval
      const now = performance.now()
      if (meant > now) {
        // @effect-diagnostics-next-line globalTimers:off
        timer = setTimeout(sendDue, meant - now)
        return
      }
      sent += 1
      lateness.push(now - meant)
      for (const server of servers) {
        const answered = ping(server.port).then((good) => {
          pending.delete(answered)
          if (good) server.latencies.push(performance.now() - meant)
          else server.failed += 1
        })
        pending.add(answered)
      }
    }
  }
  sendDue()

  return async (): Promise<Measurement> => {
    clearTimeout(timer)
    await Promise.all(pending)
    const ascending = (times: Array<number>) => times.sort((one, other) => one - other)
    return {
      servers: servers.map(({ failed, latencies }) => ({ failed, latencies: ascending(latencies) })),
      lateness: ascending(lateness)
    }
  }
}

let stop: (() => Promise<Measurement>) | undefined

process.on("message", async (command: Command) => {
  if (command === "stop") process.send?.(await stop?.())
  else stop = measure(command.start)
})
