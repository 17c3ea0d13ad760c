// A process that asks servers for GET /health/live at fixed times, whether or not earlier requests ended (open loop). A
// latency counts from the planned time, so every request that was due during a stall shows the stall.
import { Agent, get } from "node:http"
import { constants, getPriority, setPriority } from "node:os"

/** Starts a measurement of the servers on these ports, or ends it. */
export type Command = { readonly start: ReadonlyArray<number> } | "stop"

/** Times in milliseconds, ascending. */
export interface Pings {
  readonly latencies: ReadonlyArray<number>
  /** Requests without an answer, or with a status other than 200. */
  readonly failed: number
}

export interface Measurement {
  /** In the order of the ports. */
  readonly servers: ReadonlyArray<Pings>
  /** The delay with which requests were sent, due to this process or the machine. */
  readonly lateness: ReadonlyArray<number>
}

const interval = 10
const longest = 30_000

// only root may raise a priority; otherwise the lateness may be larger
try {
  setPriority(Math.min(getPriority(), constants.priority.PRIORITY_HIGH))
} catch {
  // measures at the present priority
}

const agent = new Agent({ keepAlive: true })

/**
 * Sends one request. The server may close an idle connection just as it is used again; like every client, this one then
 * asks once more.
 */
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
