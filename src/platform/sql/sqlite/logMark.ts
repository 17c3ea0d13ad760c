/**
 * The smallest commit, which writes the file's first page, changing only Barista's mark ("BARI", see `file`). The first
 * commit after a restart of the write-ahead log waits for the disk (sqlite.org/src/info/ff5be73dee). With the mark as
 * the first commit, no client waits.
 */
export const logMark = "PRAGMA application_id = 1111577161"
