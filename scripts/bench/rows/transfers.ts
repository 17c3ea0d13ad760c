import { PCGRandom } from "effect/Utils"
import { format } from "../../../src/domain/Money.ts"
import type { Request } from "../load/Load.ts"
import type { Target } from "../report/Results.ts"
import { people } from "../suite/filledDatabase.ts"
import { fastify, product } from "../suite/servers.ts"
import { atLeast, httpRow } from "./http.ts"

/** Transfers of each round. */
const different = 20_000
const largestCents = 500

/** Ten times the rate of the handbook's own code: 291 a second, FastAPI on SQLite. */
const tenfoldHandbook: Target = { kind: "bound", limit: 2910 }

/** Makes small transfers between random users who can pay them; equal for all contenders of a round. */
const transfersOf = (round: number): ReadonlyArray<Request> => {
  const random = new PCGRandom(round)
  return Array.from({ length: different }, () => {
    const from = random.integer(people)
    const to = (from + 1 + random.integer(people - 1)) % people
    const amount = format(1 + random.integer(largestCents))
    return { method: "POST", path: `/transfer-money/?from_user=${from + 1}&to_user=${to + 1}&amount=${amount}` }
  })
}

const row = (connections: number, targets: ReadonlyArray<Target>) =>
  httpRow({
    name: `transfer-${connections}`,
    title: "POST /transfer-money/, durable",
    connections,
    servers: [fastify, product()],
    requests: transfersOf,
    unit: "transfers/s",
    targets
  })

export const transfers = [row(1, []), row(16, []), row(64, [atLeast(1.2, "fastify"), tenfoldHandbook])]
