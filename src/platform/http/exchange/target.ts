/**
 * Reduces a request target to its path and query. The scheme and authority of the absolute form (RFC 9112, 3.2.2) do
 * not matter here.
 */
export const originForm = (target: string): string =>
  target.startsWith("/") ? target : target.replace(/^https?:\/\/[^/?]*/i, "").replace(/^(?!\/)/, "/")

/** Returns the path of a target in origin form, without its query. */
export const pathOf = (url: string): string => {
  const end = url.indexOf("?")
  return end < 0 ? url : url.slice(0, end)
}

/** True for health checks, which are answered under any load and without a token. */
export const isHealth = (path: string): boolean => path.startsWith("/health/")

/** True for the liveness check, which is answered even while the rest of the server starts. */
export const isLiveness = (path: string): boolean => path === "/health/live" || path === "/health/live/"
