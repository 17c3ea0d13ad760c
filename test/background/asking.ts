import { Duration, Effect } from "effect"
import { instantly } from "../support/Background.ts"
import type { Answer, Sent } from "../support/send.ts"
import { TestServer } from "../support/TestServer.ts"

export const live = { excludeTestServices: true } as const

/** Settings under which jobs end at once; those due in a week wait. */
export const quick = { ...instantly, jobsPollInterval: Duration.millis(20), jobsStopTimeout: Duration.zero }
export const inAWeek = 604_800

export const operations = [
  ["/send-notification", "Notification en cours d'envoi", "Notification on its way", "notification"],
  [
    "/send-notification-async",
    "Notification async en cours d'envoi",
    "Async notification on its way",
    "notification-async"
  ],
  ["/register-user", "Inscription réussie, traitements en cours", "Registered, processing under way", "registration"]
] as const

export const send = (method: string, path: string, sent?: Sent) =>
  Effect.flatMap(TestServer, (server) => server.send(method, path, sent))

export const client = Effect.map(TestServer.client, ({ background }) => background)

export const asJson = (body: unknown, headers: Readonly<Record<string, string>> = {}): Sent => ({
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

export const accept = (events: string): Sent => ({ headers: { accept: events } })

/** Reads the events of a job to the end of the job and the stream. */
export const events = (path: string) =>
  Effect.map(send("GET", path, accept("text/event-stream")), (answer) => ({
    answer,
    jobs: [...answer.text.matchAll(/^event: job\ndata: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data))
  }))

/** Waits for the end of a job and returns its last state. */
export const ended = (path: string) => Effect.map(events(path), ({ jobs }) => jobs.at(-1))

export const ids = (answer: Answer): ReadonlyArray<number> =>
  JSON.parse(answer.text).map(({ id }: { readonly id: number }) => id)

/** Reads all pages from the first; returns the ids and the Link of each. */
export const pages = Effect.fnUntraced(function*(first: string) {
  const [seen, links] = [[] as Array<ReadonlyArray<number>>, [] as Array<string>]
  for (let next: string | undefined = first; next !== undefined && seen.length < 10;) {
    const page: Answer = yield* send("GET", next)
    seen.push(ids(page))
    next = /^<([^>]+)>; rel="next"/.exec(String(page.headers["link"]))?.[1]
    if (next !== undefined) links.push(next)
  }
  return { seen, links }
})
