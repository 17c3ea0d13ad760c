import { signal } from "@preact/signals"
import { timelineIn } from "./action/links.ts"
import { tell } from "./frame/notices.ts"
import { type ServerEvent, ServerEvents } from "./frame/ServerEvents.ts"
import { askForToken, authorization } from "./frame/token.ts"
import { language, say } from "./texts.ts"

export type { ServerEvent }
export { authorization }

/** A problem document (RFC 9457) as the server writes it. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly trace_id?: string
  readonly errors?: ReadonlyArray<{ readonly loc: ReadonlyArray<string | number>; readonly msg: string }>
  readonly _tag?: string
}

/** The server has refused a request; the message is the problem's detail in the language of the console. */
export class Refused extends Error {
  readonly problem: Problem
  /** The recording of the refused request, if there is one. */
  readonly timeline: string | undefined

  constructor(problem: Problem, timeline?: string) {
    super(problem.detail)
    this.problem = problem
    this.timeline = timeline
  }
}

/** The server could not be reached. */
export class Away extends Error {}

/** Tells whether the server answers. The frame shows when it does not. */
export const isAway = signal(false)

/** Counts the returns of the server. A view that reads it reads its data anew, as it may have missed some. */
export const returns = signal(0)

/** Notes that the server has answered. One that has not started yet, or stops, is as far away as before. */
export const answered = ({ status }: Response): void => {
  if (!isAway.peek() || status === 503) return
  isAway.value = false
  returns.value += 1
}

export interface Asked {
  readonly method?: string
  /** Sent as JSON, unless it is a form or a text. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const bodyOf = (body: unknown): BodyInit | undefined => {
  if (body === undefined) return undefined
  return typeof body === "string" || body instanceof FormData || body instanceof Blob ? body : JSON.stringify(body)
}

const isProblem = (response: Response) => response.headers.get("content-type")?.includes("problem+json") === true

const refused = async (response: Response): Promise<Refused> => {
  if (isProblem(response)) {
    const problem: Problem = await response.json()
    return new Refused(problem, timelineIn(response.headers.get("link")))
  }
  const title = say("Réponse inattendue", "Unexpected answer")
  return new Refused({ title, status: response.status, detail: `HTTP ${response.status} ${response.statusText}` })
}

/**
 * Sends a request. Fails with `Refused`, `Away`, or the abort of its signal. Asks the reader for a token if the server
 * wants one, and sends the request again.
 */
export const ask = async (path: string, asked: Asked = {}): Promise<Response> => {
  const { body, headers, method = "GET", signal = null } = asked
  const given = authorization()
  const isJson = body !== undefined && bodyOf(body) !== body
  const response = await fetch(path, {
    method,
    signal,
    headers: {
      accept: "application/json",
      "accept-language": language.peek(),
      ...(isJson ? { "content-type": "application/json" } : {}),
      ...given,
      ...headers
    },
    body: bodyOf(body) ?? null
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error
    isAway.value = true
    throw new Away(say("Le serveur ne répond pas.", "The server does not answer."))
  })
  answered(response)
  if (response.status === 401 && await askForToken(given["authorization"])) return ask(path, asked)
  if (!response.ok) throw await refused(response)
  return response
}

/** Asks for JSON. Its type is what the contract promises; the server's tests hold it to that. */
export const askJson = async <A>(path: string, asked: Asked = {}): Promise<A> => {
  const response = await ask(path, asked)
  const value: A = await response.json()
  return value
}

/** Tells the reader about a failure, unless the frame shows it already. */
export const report = (error: unknown): void => {
  if (error instanceof Away || (error instanceof DOMException && error.name === "AbortError")) return
  if (error instanceof Refused) return tell("error", error.problem.title, error.message)
  tell("error", say("Erreur de la console", "Error of the console"), error instanceof Error ? error.message : "")
}

/** The state of a stream: it is being opened, delivers, waits before it is opened again, or has ended. */
export type StreamState = "opening" | "open" | "waiting" | "ended"

interface Listener {
  readonly onEvent: (event: ServerEvent) => void
  /** The names of events after which nothing follows. */
  readonly last?: ReadonlyArray<string>
  readonly onState?: (state: StreamState) => void
  /** A refusal that trying again will not change; reported unless the view shows it. */
  readonly onRefused?: (error: Refused) => void
}

/** Milliseconds before a stream is opened again: doubled at each failure, up to the second value. */
const pauses = { first: 500, longest: 8000 } as const

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })

/** True for a refusal that may pass: the server is stopping, or has too much to do. */
const mayPass = (error: unknown) =>
  error instanceof Refused && (error.problem.status === 503 || error.problem.status === 429)

/**
 * Listens to an event stream until the returned function is called. Connects again, from the last event on, until one
 * of the last events has come. Reads by `fetch`, as EventSource sends no token.
 */
export const listen = (path: string, { last = [], onEvent, onRefused = report, onState }: Listener): () => void => {
  const stop = new AbortController()
  const { signal } = stop
  const events = new ServerEvents()

  /** Reads one connection; true once a last event has come. */
  const connection = async (): Promise<boolean> => {
    const headers = { accept: "text/event-stream", ...(events.lastId === "" ? {} : { "last-event-id": events.lastId }) }
    const response = await ask(path, { signal, headers })
    // the server has no more events (HTML standard, 9.2.3)
    if (response.status === 204) return true
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    onState?.("open")
    for (;;) {
      const read = await reader?.read()
      if (read === undefined || read.done) return false
      for (const event of events.take(read.value)) {
        onEvent(event)
        if (last.includes(event.event)) return true
      }
    }
  }

  const run = async (): Promise<void> => {
    let pause: number = pauses.first
    while (!signal.aborted) {
      onState?.("opening")
      const since = performance.now()
      try {
        if (await connection()) break
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof Refused && !mayPass(error)) {
          onRefused(error)
          break
        }
      }
      if (performance.now() - since > pauses.longest) pause = pauses.first
      onState?.("waiting")
      await sleep(events.retry ?? pause, signal)
      pause = Math.min(pauses.longest, pause * 2)
    }
    stop.abort()
    onState?.("ended")
  }
  run().catch(report)
  return () => stop.abort()
}
