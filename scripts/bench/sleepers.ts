// `npm run bench:sleepers`: 10,000 connections ask for GET /async-slow at once, of a server that has just started and of one that is warm;
// prints when the last was answered and what memory it took.
// Linux only, as memory is read from /proc.
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Data, Effect } from "effect"
import { connect, type Socket } from "node:net"
import { verify } from "./bounds.ts"
import { watchProcessors } from "./processorTime.ts"
import { barista, memoryOf, start } from "./serverProcess.ts"

const sleepers = 10_000
const longestSeconds = 4
const mostMebibytes = 400
/** As many as it takes until V8 has compiled what they run. */
const warmingUp = 2000
/** Connections being made at once, well below what a listening socket lets wait (4096). */
const connecting = 1000
/** What a process opens besides its connections. */
const otherFiles = 100

const request = "GET /async-slow HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
const answer = `{"message":"Traitement async terminé"`

class NotConnected extends Data.TaggedError("NotConnected")<{ readonly message: string }> {}

class TooFewFiles extends Data.TaggedError("TooFewFiles")<{ readonly message: string }> {}

/** Node raises the limit on open files to the hard one when it starts; the server's process has the same. */
const checkOpenFiles = Effect.suspend(() => {
  const report: { readonly userLimits?: { readonly open_files?: { readonly soft: number | "unlimited" } } } = JSON
    .parse(JSON.stringify(process.report.getReport()))
  const limit = Number(report.userLimits?.open_files?.soft ?? sleepers)
  const needed = sleepers + otherFiles
  return limit < needed
    ? new TooFewFiles({
      message:
        `${needed} open files are needed, ${limit} are allowed: raise the hard limit first (ulimit -Hn ${needed})`
    })
    : Effect.void
})

/** Times are milliseconds from the first request's sending. */
interface Result {
  readonly statuses: ReadonlyMap<string, number>
  readonly lastSent: number
  readonly firstAnswer: number
  readonly lastAnswer: number
}

const notConnected = (error: Error) =>
  new NotConnected({ message: `not all connections could be made: ${error.message}` })

/** Connections, a limited number of them being made at once. */
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
    return Effect.sync(() => {
      for (const socket of sockets) socket.destroy()
    })
  })

/** Sends the request on every connection, and reads until the server closes it. */
const sendAll = (sockets: ReadonlyArray<Socket>) =>
  Effect.async<Result>((resume) => {
    const statuses = new Map<string, number>()
    const began = performance.now()
    const elapsed = () => performance.now() - began
    let closed = 0
    let firstAnswer = 0
    let lastAnswer = 0
    let lastSent = 0
    const read = (socket: Socket) => {
      let status = "no answer"
      let text = ""
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
        status = text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length)
        if (!text.includes(answer)) return
        lastAnswer = elapsed()
        firstAnswer ||= lastAnswer
      })
      socket.on("error", ({ message }) => {
        status = message
      })
      socket.on("close", () => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        closed += 1
        if (closed === sockets.length) resume(Effect.succeed({ statuses, lastSent, firstAnswer, lastAnswer }))
      })
    }
    for (const socket of sockets) {
      read(socket)
      socket.write(request)
    }
    lastSent = elapsed()
  })

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`

const answersOf = ({ statuses }: Result) => [...statuses].map(([status, count]) => `${status}: ${count}`).join(", ")

const ask = Effect.fnUntraced(function*(port: number, count: number) {
  return yield* Effect.timeout(sendAll(yield* connectAll(port, count)), "1 minute")
})

/** All of them on a server of their own, after some others or as the first that it is asked. */
const measure = Effect.fnUntraced(function*(server: string, before: number) {
  const fs = yield* FileSystem.FileSystem
  const { pid, port } = yield* start(barista(yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })))
  const idle = yield* memoryOf(pid)
  if (before > 0) yield* ask(port, before)
  const { shares } = yield* watchProcessors(pid)
  const result = yield* ask(port, sleepers)
  const processors = yield* shares
  const { peak } = yield* memoryOf(pid)
  yield* Console.log(`${sleepers} connections on GET /async-slow of ${server}, from the first request's sending`)
  yield* Console.log(`last request sent   ${seconds(result.lastSent)}`)
  yield* Console.log(`first answer        ${seconds(result.firstAnswer)}`)
  yield* Console.log(`last answer         ${seconds(result.lastAnswer)}`)
  yield* Console.log(`answers             ${answersOf(result)}`)
  yield* Console.log(`processors          ${processors}`)
  yield* Console.log(`memory              ${idle.resident.toFixed(0)} MiB idle, ${peak.toFixed(0)} MiB at its peak\n`)
  return { ...result, peak }
}, Effect.scoped)

const bench = Effect.gen(function*() {
  yield* checkOpenFiles
  const fresh = yield* measure("a server that has just started, whose code is yet to be compiled", 0)
  const warm = yield* measure(`a server that has answered ${warmingUp} others`, warmingUp)
  const both = [fresh, warm]
  yield* verify([
    {
      says: `all ${sleepers} are answered with 200`,
      measured: both.map(answersOf).join("; "),
      met: both.every(({ statuses }) => statuses.get("200") === sleepers)
    },
    {
      says: "all are under way at once",
      measured: both.map(({ firstAnswer, lastSent }) => `${seconds(lastSent)} < ${seconds(firstAnswer)}`).join("; "),
      met: both.every(({ firstAnswer, lastSent }) => lastSent < firstAnswer)
    },
    {
      says: `the last answer of the warm server within ${longestSeconds} s`,
      measured: `${seconds(warm.lastAnswer)} (fresh: ${seconds(fresh.lastAnswer)})`,
      met: warm.lastAnswer <= longestSeconds * 1000
    },
    {
      says: `under ${mostMebibytes} MiB of memory`,
      measured: both.map(({ peak }) => `${peak.toFixed(0)} MiB`).join("; "),
      met: both.every(({ peak }) => peak < mostMebibytes)
    }
  ])
})

NodeRuntime.runMain(Effect.provide(bench, NodeContext.layer))
