import { bytes, mebibyte, oneOf, optional, secret, words } from "./Setting.ts"

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
  sampleData: oneOf("SAMPLE_DATA", "handbook", ["handbook", "none"], "What an empty database is filled with"),
  dataFileMaxBytes: bytes(
    "DATA_FILE_MAX_BYTES",
    mebibyte,
    [1, 64 * mebibyte],
    "How much of data.txt is read (/good-async-usage)"
  )
}
