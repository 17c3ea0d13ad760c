import { Either, Encoding, Redacted } from "effect"

/** An SQLite file, by its path. */
export interface SqliteFile {
  readonly dialect: "sqlite"
  readonly file: string
}

/** A database on a PostgreSQL server. Messages name it by `shown`, since the URL may carry a password. */
export interface PostgresUrl {
  readonly dialect: "postgres"
  readonly url: Redacted.Redacted
  /** The server and the database, without user, password and options. */
  readonly shown: string
}

export type DatabaseUrl = SqliteFile | PostgresUrl

export const sqliteFile = (file: string): SqliteFile => ({ dialect: "sqlite", file })

/**
 * Returns the file in `sqlite:PATH`. A database in memory would differ for each connection; `//` and `?` are other
 * programs' syntax.
 */
const parseSqlite = (written: string): SqliteFile | undefined => {
  const file = /^sqlite:(?!file:|\/\/|:)\s*([^?\0]*[^?\0/])$/.exec(written)?.[1]
  return file === undefined || /(^|\/)\.{1,2}$/.test(file) ? undefined : sqliteFile(file)
}

const isDecodable = (written: string): boolean => Either.isRight(Encoding.decodeUriComponent(written))

/** Parses `postgres://user:secret@host:port/database`; a folder of a Unix socket stands in the parameter `host`. */
const parsePostgres = (written: string): PostgresUrl | undefined => {
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url?.protocol !== "postgres:" && url?.protocol !== "postgresql:") return undefined
  const host = url.host === "" ? url.searchParams.get("host") ?? "" : url.host
  const database = url.pathname.slice(1)
  const parts = [url.username, url.password, database]
  if (host === "" || url.port === "0" || url.hash !== "" || !/^[^/]+$/.test(database) || !parts.every(isDecodable)) {
    return undefined
  }
  return { dialect: "postgres", url: Redacted.make(written), shown: `${host}/${database}` }
}

/** Parses the place of a database; returns undefined for anything else. */
export const parseDatabaseUrl = (written: string): DatabaseUrl | undefined =>
  parseSqlite(written) ?? parsePostgres(written)
