import { signal } from "@preact/signals"
import { useMemo } from "preact/hooks"
import { ask } from "../api.ts"
import { linksOf } from "./links.ts"

/** A list of the server, read page by page along its `Link` headers. */
export class Pages<Row> {
  readonly rows = signal<ReadonlyArray<Row>>([])
  /** The address of the next page, while there is one. */
  readonly next = signal<string | undefined>(undefined)
  readonly failure = signal<unknown>(undefined)
  /** False until the first page has come. */
  readonly isLoaded = signal(false)
  /** Counts the lists that were begun; the answer to an earlier one is dropped. */
  private begun = 0

  /** Reads the first page anew. The rows shown stay until it has come. */
  readonly load = (path: string): Promise<void> => {
    this.begun += 1
    return this.read(path, [])
  }

  readonly more = async (): Promise<void> => {
    const next = this.next.peek()
    if (next !== undefined) await this.read(next, this.rows.peek())
  }

  private async read(path: string, before: ReadonlyArray<Row>): Promise<void> {
    const asked = this.begun
    try {
      const response = await ask(path)
      const page: ReadonlyArray<Row> = await response.json()
      if (asked !== this.begun) return
      this.rows.value = [...before, ...page]
      this.next.value = linksOf(response.headers.get("link")).get("next")
      this.failure.value = undefined
      this.isLoaded.value = true
    } catch (error) {
      if (asked === this.begun) this.failure.value = error
    }
  }
}

/** Makes a list that lives as long as its component. */
export const usePages = <Row>(): Pages<Row> => useMemo(() => new Pages<Row>(), [])
