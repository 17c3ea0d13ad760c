import { createRequire } from "node:module"
import type Pg from "pg"

const load = createRequire(import.meta.url)

let loaded: typeof Pg | undefined

/**
 * The driver `pg`, loaded at the first call: a server on SQLite never needs it. Only the driver is loaded late, not our
 * code around it, since a late import makes the bundler wrap each module that both sides share.
 */
export const driver = (): typeof Pg => loaded ??= load("pg")
