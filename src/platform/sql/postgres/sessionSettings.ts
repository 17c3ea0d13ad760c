import { Duration } from "effect"
import type Pg from "pg"
import { types } from "./Answers.ts"

/** Limits of a server's sessions with its database. */
export interface Limits {
  readonly connections: number
  /** Time to connect, or to wait until a connection is free. */
  readonly connectTimeout: Duration.Duration
  /** Time that a statement waits for a lock. */
  readonly lockTimeout: Duration.Duration
  readonly statementTimeout: Duration.Duration
  /** Time that a transaction may wait for its next statement, as its locks keep others waiting. */
  readonly idleTimeout: Duration.Duration
}

/** Time without a sign of the server after which the system asks whether its end is still there. */
const keepAliveAfter = Duration.seconds(10)

/**
 * The same of the database, after which it ends the session of a machine that is gone, with its locks: 10 s of silence
 * and three questions, 5 s apart.
 */
const ownKeepAlive = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"

/** Adds settings of a session to those in the URL. The last of two wins. */
const withOptions = (url: string, added: string): string => {
  const parsed = new URL(url)
  const given = parsed.searchParams.get("options")
  parsed.searchParams.set("options", given === null ? added : `${given} ${added}`)
  return parsed.href
}

/**
 * The settings of a session without timeouts, for one that waits for long. Times are in UTC, as the engine compares
 * times with and without a zone.
 */
export const patientSessionOf = (url: string, connectTimeout: Duration.Duration): Pg.ClientConfig => ({
  connectionString: withOptions(url, `-c timezone=UTC ${ownKeepAlive}`),
  types,
  keepAlive: true,
  keepAliveInitialDelayMillis: Duration.toMillis(keepAliveAfter),
  connectionTimeoutMillis: Duration.toMillis(connectTimeout),
  fallback_application_name: "barista"
})

/** The settings of a pooled session. A timeout of 0 would be none. */
export const sessionOf = (url: string, limits: Limits): Pg.ClientConfig => ({
  ...patientSessionOf(url, limits.connectTimeout),
  lock_timeout: Math.max(1, Duration.toMillis(limits.lockTimeout)),
  statement_timeout: Duration.toMillis(limits.statementTimeout),
  idle_in_transaction_session_timeout: Duration.toMillis(limits.idleTimeout)
})
