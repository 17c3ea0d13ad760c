/** A place in the console, as the fragment of the address says: `#/timelines/0af7?fiber=3`. */
export interface Route {
  readonly view: string
  /** The part after the view; undefined without one. */
  readonly id: string | undefined
  readonly query: Readonly<Record<string, string>>
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads the fragment of an address. An unknown form is the start page. */
export const parseRoute = (hash: string): Route => {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2)
  const [view = "", id = ""] = path.split("/", 2)
  return { view, id: id === "" ? undefined : decoded(id), query: Object.fromEntries(new URLSearchParams(query)) }
}

/** Writes the fragment of an address. Members of the query without a value are left out. */
export const routeText = (
  view: string,
  id?: string,
  query: Readonly<Record<string, string | number | undefined>> = {}
): string => {
  const written = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]])
  )
  return `#/${view}${id === undefined ? "" : `/${encodeURIComponent(id)}`}${written.size === 0 ? "" : `?${written}`}`
}
