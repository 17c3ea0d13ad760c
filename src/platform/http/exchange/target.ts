/** The path and query of a request target: what is before them in the absolute form (RFC 9112, 3.2.2) does not matter here. */
export const originForm = (target: string): string =>
  target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/")

/** The path of a target in origin form, without its query. */
export const pathOf = (url: string): string => {
  const end = url.indexOf("?")
  return end < 0 ? url : url.slice(0, end)
}

/** Whether a path is one of the health checks, which neither load nor tokens keep from their answer. */
export const isHealth = (path: string): boolean => path.startsWith("/health/")

/** Whether a path is the check that the process lives, which is answered while the rest of the server starts. */
export const isLiveness = (path: string): boolean => path === "/health/live" || path === "/health/live/"
