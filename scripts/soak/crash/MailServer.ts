// A real SMTP server that counts accepted mails, and defers some.
import { Data, Effect } from "effect"
import { SMTPServer } from "smtp-server"

/** The SMTP server could not listen. */
export class NotListening extends Data.TaggedError("NotListening")<{ readonly message: string }> {}

export interface MailServer {
  readonly port: number
  /** Counts the acceptances of each Message-Id. */
  readonly accepted: ReadonlyMap<string, number>
  /** Counts the mails that were answered 451. */
  readonly deferred: () => number
}

const patience = Object.assign(new Error("try again later"), { responseCode: 451 })

/** Listens on a free port of loopback until the scope closes; regularly defers a mail. */
export const start = (deferEvery: number) =>
  Effect.acquireRelease(
    Effect.async<MailServer & { readonly server: SMTPServer }, NotListening>((resume) => {
      const accepted = new Map<string, number>()
      let [received, deferred] = [0, 0]
      const server = new SMTPServer({
        authOptional: true,
        disabledCommands: ["STARTTLS", "AUTH"],
        onData: (stream, _session, done) => {
          const chunks: Array<Buffer> = []
          stream.on("data", (chunk: Buffer) => chunks.push(chunk))
          stream.on("end", () => {
            received += 1
            if (received % deferEvery === 0) {
              deferred += 1
              done(patience)
              return
            }
            const id = /^message-id:\s*(<[^>]+>)/im.exec(Buffer.concat(chunks).toString("utf8"))?.[1] ?? "none"
            accepted.set(id, (accepted.get(id) ?? 0) + 1)
            done()
          })
        }
      })
      // a killed client resets its connections
      server.on("error", (error) => resume(new NotListening({ message: error.message })))
      server.listen(0, "127.0.0.1", () => {
        const address = server.server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ server, port, accepted, deferred: () => deferred }))
      })
    }),
    ({ server }) => Effect.async<void>((resume) => server.close(() => resume(Effect.void)))
  )
