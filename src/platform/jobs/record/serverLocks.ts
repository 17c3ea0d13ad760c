import { Duration } from "effect"

/**
 * Shards of the jobs, which the servers share out. Twelve divide evenly among two, three, four and six servers; further
 * servers than shards run no jobs.
 */
export const shards = 12

/** Time after which the locks of a server without a sign of life are free. A takeover takes this and a poll. */
export const lockExpiration = Duration.seconds(6)

/** Pause between two signs of life; two may be missed. */
export const lockRefresh = Duration.seconds(2)

/** Name of a server in the engine's tables, which end it with a port that no server has. */
export const enginePort = 1
