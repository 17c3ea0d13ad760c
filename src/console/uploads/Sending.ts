import { batch, signal } from "@preact/signals"
import { timelineIn } from "../action/links.ts"
import { newTrace } from "../action/trace.ts"
import { ask, authorization, Away, type Problem, Refused } from "../api.ts"
import { language, say } from "../texts.ts"

export type State = "waiting" | "sending" | "paused" | "stored" | "failed" | "stopped"

/** Reads the answer to a refused upload. */
const refusalOf = (request: XMLHttpRequest): Refused => {
  const timeline = timelineIn(request.getResponseHeader("link"))
  if (request.getResponseHeader("content-type")?.includes("problem+json") === true) {
    const problem: Problem = JSON.parse(request.responseText)
    return new Refused(problem, timeline)
  }
  const { status } = request
  const title = say("Réponse inattendue", "Unexpected answer")
  return new Refused({ title, status, detail: `HTTP ${status}` }, timeline)
}

/** A file on its way to the server. XMLHttpRequest alone tells how much of a body was sent. */
export class Sending {
  readonly file: File
  readonly state = signal<State>("waiting")
  /** Bytes that left the browser, those of the form around the file too. */
  readonly sent = signal(0)
  readonly total = signal(0)
  readonly failure = signal<unknown>(undefined)
  readonly timeline = signal<string | undefined>(undefined)
  private readonly trace = newTrace()
  private request: XMLHttpRequest | undefined

  constructor(file: File) {
    this.file = file
    this.total.value = file.size
  }

  /** The trace of its request, which no other file has. */
  get id(): string {
    return this.trace.id
  }

  /** Sends the file; completes at its end, however that comes. */
  send(): Promise<void> {
    const request = new XMLHttpRequest()
    this.request = request
    request.open("POST", "/upload-async/")
    const headers = { "accept-language": language.peek(), ...authorization(), ...this.trace.headers }
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      batch(() => {
        this.sent.value = loaded
        this.total.value = total
      })
    })
    this.state.value = "sending"
    return new Promise((resolve) => {
      const end = (state: State, failure?: unknown) => {
        batch(() => {
          this.state.value = state
          this.failure.value = failure
          this.timeline.value = timelineIn(request.getResponseHeader("link"))
        })
        resolve()
      }
      request.addEventListener("load", () => {
        if (request.status === 200) end("stored")
        else end("failed", refusalOf(request))
      })
      request.addEventListener(
        "error",
        () => end("failed", new Away(say("La connexion est coupée.", "The connection was cut.")))
      )
      request.addEventListener("abort", () => end("stopped"))
      const form = new FormData()
      form.append("file", this.file)
      request.send(form)
    })
  }

  /** Has the server stop writing, so that the browser can send no more; or write again. */
  async pause(isPaused: boolean): Promise<void> {
    try {
      await ask(`/uploads/in-flight/${this.id}/pause`, { method: isPaused ? "PUT" : "DELETE" })
      if (this.isUnderWay) this.state.value = isPaused ? "paused" : "sending"
    } catch (error) {
      // an upload that has ended meanwhile needs no pause
      if (this.isUnderWay) this.failure.value = error
    }
  }

  /** Cuts the connection; the server keeps nothing of the file. */
  stop(): void {
    if (this.state.peek() === "waiting") this.state.value = "stopped"
    else this.request?.abort()
  }

  get isUnderWay(): boolean {
    const state = this.state.peek()
    return state === "sending" || state === "paused"
  }

  get hasEnded(): boolean {
    return !this.isUnderWay && this.state.peek() !== "waiting"
  }
}
