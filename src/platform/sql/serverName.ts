import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"

/** Characters kept of a host's name, so that a column of 255 holds the whole name. */
const longestHost = 100

/** Makes the name of a server: host, process, and what no other server has, nor this one after a restart. */
export const newServerName = Effect.sync(() => `${hostname().slice(0, longestHost)}/${process.pid}/${randomUUID()}`)

/** Reads host and process from a server's name. */
export const partsOfServerName = (name: string): { readonly host: string; readonly pid: number } => {
  const [, host = name, pid = "0"] = /^(.*)\/(\d+)\/[^/]*$/.exec(name) ?? []
  return { host, pid: Number(pid) }
}
