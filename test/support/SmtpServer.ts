import { Effect, Option, Queue, Redacted, type Scope } from "effect"
import type { Socket } from "node:net"
import { SMTPServer, type SMTPServerSession } from "smtp-server"
import type { SmtpServer } from "../../src/domain/SmtpServer.ts"

/** A point of the dialogue: before the greeting, at RCPT, at DATA, or after the final dot. */
export type Stage = "connect" | "rcpt" | "data" | "end"

/**
 * The server's behaviour when it first reaches a stage. The server sends a reply, falls silent, waits until told to go
 * on, or closes the socket; after the final dot it may accept the mail before it closes.
 */
export interface Step {
  readonly at: Stage
  readonly does: "hang" | "wait" | "close" | "take and close" | { readonly reply: readonly [number, string] }
}

export interface Received {
  readonly from: string
  readonly to: ReadonlyArray<string>
  /** Unfolded, names in lower case, encoded words decoded. */
  readonly headers: ReadonlyArray<readonly [string, string]>
  /** The body, decoded. */
  readonly text: string
  /** The text as received, without the dots that SMTP adds. */
  readonly raw: string
}

export interface Fixture {
  readonly server: SmtpServer
  readonly received: ReadonlyArray<Received>
  /** Gets each stage as the server reaches it. */
  readonly reached: Queue.Dequeue<Stage>
  /** Gets an element for each closed connection. */
  readonly closed: Queue.Dequeue<void>
  /** Adds steps to the script. */
  readonly follow: (...more: ReadonlyArray<Step>) => void
  /** Ends the waiting. */
  readonly goOn: () => void
  /** Counts the connections so far. */
  readonly connections: () => number
  /** Stops listening and closes every connection. */
  readonly stop: Effect.Effect<void>
}

const bytesAsText = (escaped: string) => decodeURIComponent(escaped.replaceAll("=", "%"))

const quotedPrintable = (written: string) => written.replace(/=\r\n/g, "").replace(/(=[0-9A-F]{2})+/g, bytesAsText)

const encodedWords = (written: string) =>
  written.replace(/\?=\s+=\?UTF-8\?Q\?/gi, "").replace(
    /=\?UTF-8\?Q\?(.*?)\?=/gi,
    (_, word: string) => bytesAsText(word.replaceAll("_", " "))
  )

const parsed = (raw: string): Pick<Received, "headers" | "text" | "raw"> => {
  const end = raw.indexOf("\r\n\r\n")
  const headers = raw.slice(0, end).replace(/\r\n(?=[ \t])/g, "").split("\r\n").map((line) => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), encodedWords(line.slice(colon + 1).trim())] as const
  })
  return { raw, headers, text: quotedPrintable(raw.slice(end + 4)) }
}

/**
 * Starts a real mail server on a free port of loopback, until the scope closes. It takes its steps in order, and then
 * accepts everything.
 */
export const make = (
  script: ReadonlyArray<Step> = [],
  { login, tls = false }: {
    readonly login?: { readonly user: string; readonly password: string }
    /** TLS from the first byte, with a certificate that nobody trusts. */
    readonly tls?: boolean
  } = {}
): Effect.Effect<Fixture, never, Scope.Scope> =>
  Effect.gen(function*() {
    const steps = [...script]
    const received: Array<Received> = []
    const reached = yield* Queue.unbounded<Stage>()
    const closed = yield* Queue.unbounded<void>()
    const waiting: Array<() => void> = []
    const sockets = new Map<number | undefined, Socket>()
    let connections = 0

    const come = (at: Stage, session: SMTPServerSession, answer: (error?: Error) => void) => {
      reached.unsafeOffer(at)
      const step = steps[0]
      if (step?.at !== at) return answer()
      steps.shift()
      if (step.does === "hang") return undefined
      if (step.does === "wait") return void waiting.push(answer)
      if (step.does === "close" || step.does === "take and close") return sockets.get(session.remotePort)?.destroy()
      const [responseCode, text] = step.does.reply
      return answer(Object.assign(new Error(text), { responseCode }))
    }

    const smtp = new SMTPServer({
      secure: tls,
      logger: false,
      disableReverseLookup: true,
      disabledCommands: ["STARTTLS"],
      authOptional: login === undefined,
      onAuth: ({ password, username }, _session, callback) =>
        username === login?.user && password === login?.password
          ? callback(null, { user: username })
          : callback(
            Object.assign(new Error(`5.7.8 no login for ${username} with ${password}`), { responseCode: 535 })
          ),
      onConnect: (session, callback) => void come("connect", session, callback),
      onRcptTo: (_address, session, callback) => void come("rcpt", session, callback),
      onData: (stream, session, callback) =>
        void come("data", session, (error) => {
          if (error !== undefined) return callback(error)
          const chunks: Array<Buffer> = []
          const take = () => {
            const { mailFrom, rcptTo } = session.envelope
            received.push({
              from: mailFrom === false ? "" : mailFrom.address,
              to: rcptTo.map(({ address }) => address),
              ...parsed(Buffer.concat(chunks).toString("utf8"))
            })
          }
          stream.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
            if (steps[0]?.at === "end" && steps[0].does === "take and close") take()
            come("end", session, (error) => {
              if (error !== undefined) return callback(error)
              take()
              return callback()
            })
          })
          return undefined
        })
    })
    smtp.on("error", () => undefined)
    smtp.server.on("connection", (socket) => {
      connections++
      sockets.set(socket.remotePort, socket)
      socket.on("close", () => closed.unsafeOffer(undefined))
    })

    const stop = Effect.sync(() => {
      smtp.close()
      for (const socket of sockets.values()) socket.destroy()
    })
    const port = yield* Effect.acquireRelease(
      Effect.async<number>((resume) => {
        smtp.listen(0, "127.0.0.1", () => {
          const address = smtp.server.address()
          resume(Effect.succeed(typeof address === "object" ? address?.port ?? 0 : 0))
        })
      }),
      () => stop
    )
    const server: SmtpServer = {
      host: "127.0.0.1",
      port,
      tls: tls ? "implicit" : "offered",
      login: Option.map(Option.fromNullable(login), ({ password, user }) => ({
        user,
        password: Redacted.make(password)
      }))
    }
    const follow = (...more: ReadonlyArray<Step>) => void steps.push(...more)
    const goOn = () => waiting.splice(0).forEach((answer) => answer())
    return { server, received, reached, closed, follow, goOn, connections: () => connections, stop }
  })
