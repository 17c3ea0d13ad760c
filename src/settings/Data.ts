import { parseDatabaseUrl } from "../domain/DatabaseUrl.ts"
import { bytes, duration, mebibyte, oneOf, optional, secret, words } from "./Setting.ts"

/** Returns the path in `folder:PATH`; undefined for anything else. */
const parseFolder = (written: string): string | undefined => /^folder:\s*([^\0]+)$/.exec(written)?.[1]

/** The place of the data and their initial content. */
export const data = {
  dataDir: words("DATA_DIR", "./data", "a folder", "Folder of the SQLite file and the uploads"),
  databaseUrl: optional(
    "DATABASE_URL",
    "sqlite under DATA_DIR",
    "sqlite:PATH with the path of a file, such as sqlite:/var/lib/barista/barista.sqlite, or postgres://user:secret@host:5432/database, user, secret and database percent-encoded",
    "The database: sqlite:PATH with the path of a file, or postgres://user:secret@host:5432/database, whose parts are percent-encoded. Any number of servers may share a PostgreSQL database",
    parseDatabaseUrl,
    // the URL may carry a password
    secret
  ),
  files: optional(
    "FILES",
    "in the database on PostgreSQL, else DATA_DIR",
    "folder:PATH with the path of a folder, such as folder:/mnt/barista",
    "Where uploaded files are kept: folder:PATH with a folder that all servers of the database share. Files are not moved when the place changes",
    parseFolder
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
