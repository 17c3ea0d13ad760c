import type { Request } from "../load/Load.ts"
import type { Target } from "../report/Results.ts"
import type { Row } from "../suite/Row.ts"
import { type Server, underLoad } from "../suite/servers.ts"

/** Connections enough to keep any of the servers busy. */
const manyConnections = 64

interface HttpRow {
  readonly name: string
  readonly title: string
  readonly servers: ReadonlyArray<Server>
  readonly requests: (round: number) => ReadonlyArray<Request>
  readonly connections?: number
  readonly unit?: string
  readonly targets?: ReadonlyArray<Target>
}

/** Makes a row of requests a second. */
export const httpRow = (
  { connections = manyConnections, name, requests, servers, targets = [], title, unit = "requests/s" }: HttpRow
): Row => ({
  name,
  title: `${title}, ${connections} connection${connections === 1 ? "" : "s"}`,
  figures: [{ name: "rate", unit, better: "higher", targets }],
  contenders: servers.map(underLoad(connections, requests))
})

/** Demands at least this ratio to a peer. */
export const atLeast = (least: number, peer: string): Target => ({ kind: "ratio", peer, least })

/** Demands at most this value. */
export const within = (limit: number): Target => ({ kind: "bound", limit })
