import { bytes, duration, mebibyte, oneOf, optional, secret, words } from "./Setting.ts"

/** Where the data are, and what is there at first. */
export const data = {
  dataDir: words("DATA_DIR", "./data", "a folder", "Folder of the SQLite file and the uploads"),
  databaseUrl: optional(
    "DATABASE_URL",
    "sqlite under DATA_DIR",
    "sqlite:PATH (postgres:// is not supported yet)",
    "The database",
    (written) => /^sqlite:(.+)$/.exec(written)?.[1],
    // another database's URL may carry a password
    secret
  ),
  databaseLockTimeout: duration(
    "DATABASE_LOCK_TIMEOUT",
    "2 seconds",
    ["0 millis", "1 minute"],
    "How long a request waits while another program has locked the database, before a 503"
  ),
  sampleData: oneOf("SAMPLE_DATA", "handbook", ["handbook", "none"], "What an empty database is filled with"),
  dataFileMaxBytes: bytes(
    "DATA_FILE_MAX_BYTES",
    mebibyte,
    [1, 64 * mebibyte],
    "How much of data.txt is read (/good-async-usage)"
  )
}
