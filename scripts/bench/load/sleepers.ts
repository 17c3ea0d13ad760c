import { Data, Effect } from "effect"
import { connect, type Socket } from "node:net"

/** Bounds the connections being made at once, well below the backlog of a listening socket (4096). */
const connecting = 1000
/** The files that a process opens besides its connections. */
const otherFiles = 100

const request = "GET /async-slow HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
const answer = `{"message":"Traitement async terminé"`

export class NotConnected extends Data.TaggedError("NotConnected")<{ readonly message: string }> {}

export class TooFewFiles extends Data.TaggedError("TooFewFiles")<{ readonly message: string }> {}

/**
 * Checks that the given number of connections can be open. Node raises its limit on open files to the hard limit at its
 * start; the server's process has the same limit.
 */
export const checkOpenFiles = (connections: number) =>
  Effect.suspend(() => {
    const report: { readonly userLimits?: { readonly open_files?: { readonly soft: number | "unlimited" } } } = JSON
      .parse(JSON.stringify(process.report.getReport()))
    const needed = connections + otherFiles
    const limit = Number(report.userLimits?.open_files?.soft ?? needed)
    return limit < needed
      ? new TooFewFiles({
        message:
          `${needed} open files are needed, ${limit} are allowed: raise the hard limit first (ulimit -Hn ${needed})`
      })
      : Effect.void
  })

/** The answers to all sleepers. */
export interface Slept {
  /** Counts the answers by status, and connections without an answer by the reason. */
  readonly statuses: ReadonlyMap<string, number>
  /** Milliseconds from the first request to the last answer. */
  readonly lastAnswer: number
}

const notConnected = (error: Error) =>
  new NotConnected({ message: `not all connections could be made: ${error.message}` })

const closeAll = (sockets: ReadonlyArray<Socket>) =>
  Effect.sync(() => {
    for (const socket of sockets) socket.destroy()
  })

/** Makes connections, a bounded number at once. */
const connectAll = (port: number, count: number) =>
  Effect.async<ReadonlyArray<Socket>, NotConnected>((resume) => {
    const sockets: Array<Socket> = []
    let connected = 0
    const next = () => {
      if (sockets.length === count) return
      const socket = connect({ host: "127.0.0.1", port })
      const failed = (error: Error) => resume(notConnected(error))
      socket.once("error", failed).once("connect", () => {
        socket.off("error", failed)
        connected += 1
        if (connected === count) resume(Effect.succeed(sockets))
        else next()
      })
      sockets.push(socket)
    }
    for (let n = 0; n < Math.min(connecting, count); n++) next()
    return closeAll(sockets)
  })

/** Sends the request on every connection, and waits until each has its answer or has ended without one. */
const sendAll = (sockets: ReadonlyArray<Socket>) =>
  Effect.async<Slept>((resume) => {
    const statuses = new Map<string, number>()
    const began = performance.now()
    const elapsed = () => performance.now() - began
    let answered = 0
    let lastAnswer = 0
    const count = (status: string) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      answered += 1
      if (answered === sockets.length) resume(Effect.succeed({ statuses, lastAnswer }))
    }
    const read = (socket: Socket) => {
      let text = ""
      let isOpen = true
      const end = (status: string) => {
        if (isOpen) count(status)
        isOpen = false
      }
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        if (!text.includes(answer)) return
        lastAnswer = elapsed()
        end(text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length))
      })
      socket.on("error", ({ message }) => end(message))
      socket.on("close", () => end(`closed after ${JSON.stringify(text.slice(0, 40))}`))
    }
    for (const socket of sockets) {
      read(socket)
      socket.write(request)
    }
  })

/**
 * Opens the given number of connections, then sends GET /async-slow on all at once, as clients with kept-alive
 * connections do.
 */
export const sleep = (port: number, count: number) =>
  Effect.acquireUseRelease(connectAll(port, count), (sockets) => Effect.timeout(sendAll(sockets), "1 minute"), closeAll)
