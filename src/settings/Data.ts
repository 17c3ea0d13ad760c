import { bytes, duration, mebibyte, oneOf, optional, secret, words } from "./Setting.ts"

/**
 * Returns the path in `sqlite:PATH`. A database in memory would differ for each connection; `//` and `?` are other
 * programs' syntax.
 */
const fileOf = (written: string): string | undefined => {
  const path = /^sqlite:(?!file:|\/\/|:)\s*([^?\0]*[^?\0/])$/.exec(written)?.[1]
  return path === undefined || /(^|\/)\.{1,2}$/.test(path) ? undefined : path
}

/** The place of the data and their initial content. */
export const data = {
  dataDir: words("DATA_DIR", "./data", "a folder", "Folder of the SQLite file and the uploads"),
  databaseUrl: optional(
    "DATABASE_URL",
    "sqlite under DATA_DIR",
    "sqlite:PATH with the path of a file, such as sqlite:/var/lib/barista/barista.sqlite (postgres:// is not supported yet)",
    "The database, as sqlite:PATH with the path of a file, such as sqlite:/var/lib/barista/barista.sqlite",
    fileOf,
    // another database's URL may carry a password
    secret
  ),
  databaseLockTimeout: duration(
    "DATABASE_LOCK_TIMEOUT",
    "2 seconds",
    ["0 millis", "1 minute"],
    "Time that a request waits for a database locked by another program, before a 503"
  ),
  sampleData: oneOf("SAMPLE_DATA", "handbook", ["handbook", "none"], "Rows that an empty database gets at first"),
  dataFileMaxBytes: bytes(
    "DATA_FILE_MAX_BYTES",
    mebibyte,
    [1, 64 * mebibyte],
    "Bytes of data.txt that /good-async-usage reads"
  )
}
