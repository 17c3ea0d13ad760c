// A browser may refuse its storage altogether; the console then forgets, and works.

const prefix = "barista."

/** Reads a choice of the reader. */
export const kept = (key: string): string | null => {
  try {
    return localStorage.getItem(prefix + key)
  } catch {
    return null
  }
}

/** Keeps a choice of the reader for the next visit. */
export const keep = (key: string, value: string): void => {
  try {
    localStorage.setItem(prefix + key, value)
  } catch {
    // forgotten at the end of the visit
  }
}

/** Follows a choice that the reader makes in another tab. */
export const onKept = (key: string, follow: (value: string | null) => void): void =>
  addEventListener("storage", (event) => {
    if (event.key === prefix + key) follow(event.newValue)
  })
