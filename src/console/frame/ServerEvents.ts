/** One server-sent event. */
export interface ServerEvent {
  readonly event: string
  readonly id: string
  readonly data: string
}

/**
 * Reads a stream of server-sent events from chunks of text, as the HTML standard defines it (9.2.6). The browser's own
 * reader, EventSource, sends no token.
 */
export class ServerEvents {
  /** The last id, from which a next connection continues. */
  lastId = ""
  /** The pause before the next connection in milliseconds, if the server has stated one. */
  retry: number | undefined
  private rest = ""
  private event = ""
  private data: Array<string> = []

  /** Takes a chunk, and returns the events that it completes. */
  take(chunk: string): ReadonlyArray<ServerEvent> {
    const lines = (this.rest + chunk).split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop() ?? ""
    return lines.flatMap((line) => this.line(line))
  }

  private line(line: string): ReadonlyArray<ServerEvent> {
    if (line === "") return this.dispatch()
    const [, name = "", value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? []
    if (name === "event") this.event = value
    else if (name === "data") this.data.push(value)
    else if (name === "id") this.lastId = value
    else if (name === "retry" && /^\d+$/.test(value)) this.retry = Number(value)
    return []
  }

  private dispatch(): ReadonlyArray<ServerEvent> {
    const { data, event, lastId: id } = this
    this.event = ""
    this.data = []
    return data.length === 0 ? [] : [{ event: event === "" ? "message" : event, id, data: data.join("\n") }]
  }
}
