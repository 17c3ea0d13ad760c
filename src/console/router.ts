import { signal } from "@preact/signals"
import { parseRoute, type Route, routeText } from "./frame/route.ts"

export { routeText }

/** The place that the console shows. */
export const route = signal<Route>(parseRoute(location.hash))

addEventListener("hashchange", () => {
  route.value = parseRoute(location.hash)
})

/** Goes to another place, with an entry in the browser's history. */
export const go = (hash: string): void => {
  location.hash = hash
}

/** Changes the address to share without a new entry in the history, and without telling the views. */
export const replaceAddress = (hash: string): void => history.replaceState(null, "", hash)
