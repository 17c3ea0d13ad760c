/** The rows of one page of a list: at most `limit` that follow the id `after` in the list's order. */
export interface Window {
  readonly limit: number
  /** The id of the last row of the page before; undefined for the first page. */
  readonly after: number | undefined
}

/** Exceeds every id, so that a page of a newest-first list without `after` begins at the newest. */
export const beyondAll = Number.MAX_SAFE_INTEGER
